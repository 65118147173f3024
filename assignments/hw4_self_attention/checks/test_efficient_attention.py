"""Clusters, Sinkhorn, Linformer, linear attention and the Synthesizer."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type


def pair(result, what):
    """The two tensors that attention returns, after a look at the type."""
    check_equal(len(check_type(result, tuple, what=what)), 2, what=f"the length of {what}")
    return result


def vjp(outputs, inputs, cotangents, what):
    """cotangentsᵀ · ∂outputs/∂inputs, with zeros where no gradient arrives."""
    for y in outputs:
        if not y.requires_grad:
            raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(outputs, inputs, cotangents, allow_unused=True, materialize_grads=True)


def normal(rng, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def attend(q, k, v, scale=None):
    """(out, weights) by PyTorch's own function: with the identity as values it gives the weights."""
    eye = torch.eye(k.shape[-2], dtype=k.dtype).expand(*k.shape[:-2], -1, -1)
    return tuple(F.scaled_dot_product_attention(q, k, t, scale=scale) for t in (v, eye))


def compare(got, want, wrong, what):
    """The weights first, for a mistake in them shows in out as well."""
    for i, name in ((1, "weights"), (0, "out")):
        mistakes = {sentence: both[i] for sentence, both in wrong.items() if both[i].shape == want[i].shape}
        # float64, at most three products of up to eleven terms in a row
        assert_close(got[i], want[i], atol=1e-11, what=f"{name} {what}", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint("First the number of the nearest center, for each query and each key; then compare the numbers.")
def test_cluster_mask_value(submission, rng):
    """cluster_mask is True where the same center is nearest to query and key"""
    centers = torch.tensor([[4.0, 4.0], [1.0, 1.0], [-3.0, 2.0]])
    of_q, of_k = torch.tensor([0, 1, 2, 1, 0]), torch.tensor([1, 2, 2, 0, 1, 0, 1])
    q, k = (centers[c] + torch.rand(len(c), 2, generator=rng) * 1.8 - 0.9 for c in (of_q, of_k))
    q[0], k[0] = torch.tensor([3.5, 3.5]), torch.tensor([1.25, 1.5])  # one direction, two clusters
    q[1], q[3] = torch.tensor([-2.0, -4.0]), torch.tensor([-0.2, 4.0])  # other distances have other opinions
    want = of_q[:, None] == of_k
    by_product = [(t @ centers.T).argmax(-1) for t in (q, k)]
    by_angle = [(F.normalize(t) @ F.normalize(centers).T).argmax(-1) for t in (q, k)]
    farthest = [torch.cdist(t, centers).argmax(-1) for t in (q, k)]
    by_sum, by_largest = ([torch.cdist(t, centers, p=p).argmin(-1) for t in (q, k)] for p in (1.0, torch.inf))
    mistakes = {
        "The mask is the wrong way round: True = may attend.": ~want,
        "Nearest by Euclidean distance, not by the dot product.": by_product[0][:, None] == by_product[1],
        "Nearest by Euclidean distance, not by the angle.": by_angle[0][:, None] == by_angle[1],
        "Euclidean distance: squares, not absolute values.": by_sum[0][:, None] == by_sum[1],
        "Euclidean distance: all squares, not the largest difference.": by_largest[0][:, None] == by_largest[1],
        "The nearest center, not the farthest.": farthest[0][:, None] == farthest[1],
    }
    got = submission.cluster_mask(q, k, centers)
    check_equal(got, want, what="cluster_mask(q, k, centers)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("centers (C, d) serve every query and key of the batch; S need not be L.")
def test_cluster_mask_batch(submission, rng):
    """cluster_mask takes leading dimensions"""
    centers = 3 * torch.eye(3)
    of_q, of_k = (torch.randint(3, (2, 5, n), generator=rng) for n in (7, 1))
    q, k = (centers[c] + 0.3 * torch.rand(*c.shape, 3, generator=rng) for c in (of_q, of_k))
    want = of_q[..., :, None] == of_k[..., None, :]
    check_equal(submission.cluster_mask(q, k, centers), want, what="cluster_mask for q of shape (2, 5, 7, 3)")


@pytest.mark.points("0.5")
@pytest.mark.hint("argmin takes the first one at a tie.")
def test_cluster_mask_ties(submission):
    """cluster_mask: at a tie the center with the smaller number is the nearest"""
    centers = torch.tensor([[0.0], [4.0], [8.0], [8.0]])
    q, k = torch.tensor([[2.0], [6.0], [9.0]]), torch.tensor([[-1.0], [4.0], [7.0]])
    want = torch.eye(3, dtype=torch.bool)  # clusters 0, 1, 2 on both sides
    last = torch.tensor([[False, True, False], [False, False, True], [False, False, True]])
    mistakes = {"At a tie the center with the smaller number wins.": last}
    what = "cluster_mask with vectors in the middle between two centers"
    check_equal(submission.cluster_mask(q, k, centers), want, what=what, mistakes=mistakes)


def divide(logits, dims):
    """exp(logits), divided by its sums over each of dims in turn."""
    p = logits.exp()
    for dim in dims:
        p = p / p.sum(dim=dim, keepdim=True)
    return p


ROWS, COLUMNS = -1, -2


def at_once(logits, n):
    """A mistake: both divisions use the sums before either."""
    p = logits.exp()
    for _ in range(n):
        p = p / p.sum(ROWS, keepdim=True) / p.sum(COLUMNS, keepdim=True)
    return p


@pytest.mark.points(1)
@pytest.mark.hint("exp; then in each of the n rounds first the rows, dim=-1, then the columns, dim=-2.")
def test_sinkhorn_value(submission, rng):
    """sinkhorn divides rows, then columns, n times"""
    logits = normal(rng, 5, 5)
    for n in (1, 3):
        both = [ROWS, COLUMNS]
        mistakes = {
            "A round begins with the rows, not with the columns.": divide(logits, both[::-1] * n),
            "The columns are never divided.": divide(logits, [ROWS]),
            "The rows are never divided.": divide(logits, [COLUMNS]),
            "n counts rounds of two divisions, not divisions.": divide(logits, (both * n)[:n]),
            "There is one round too many.": divide(logits, both * (n + 1)),
            "There is one round too few.": divide(logits, both * (n - 1)),
            "Take exp first: the logits are no probabilities.": divide(logits.abs().log(), both * n),
            "The columns come last: the rows are divided once too often.": divide(logits, [*both * n, ROWS]),
            "Rows first, then columns: not both at once by the same sums.": at_once(logits, n),
            "That is log P: take exp at the end.": divide(logits, both * n).log(),
        }
        got = submission.sinkhorn(logits, n)
        # float64, a handful of sums and divisions
        assert_close(got, divide(logits, both * n), atol=1e-12, what=f"sinkhorn(logits, {n})", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Columns are divided last, so they are exact; rows get better with n.")
def test_sinkhorn_doubly_stochastic(submission, rng):
    """sinkhorn: after many rounds all rows and all columns add up to 1, for each matrix of a batch"""
    logits = 2 * torch.rand(2, 3, 7, 7, dtype=torch.float64, generator=rng)
    got = submission.sinkhorn(logits, 60)
    check_tensor(got, shape=(2, 3, 7, 7), dtype=torch.float64, what="sinkhorn(logits, 60)")
    if got.min() < 0:
        raise CheckFailed("sinkhorn(logits, 60): a probability is negative")
    ones = torch.ones(2, 3, 7, dtype=torch.float64)
    # float64: the last division leaves rounding only
    assert_close(got.sum(-2), ones, atol=1e-12, what="the sums of the columns after 60 rounds")
    # logits in [0, 2] contract the error at least by tanh²(1) = 0.58 a round: 0.58^60 < 1e-13
    assert_close(got.sum(-1), ones, atol=1e-9, what="the sums of the rows after 60 rounds")
    one = submission.sinkhorn(torch.full((1, 1), -3.0), 1)
    assert_close(one, torch.ones(1, 1), atol=1e-6, what="sinkhorn of a single number")  # float32


@pytest.mark.points(1)
@pytest.mark.hint("The sums depend on the logits, too: no detach() and no torch.no_grad().")
def test_sinkhorn_gradient(submission, rng):
    """sinkhorn has the right gradient, through all rounds"""
    logits, v = normal(rng, 5, 5).requires_grad_(), normal(rng, 5, 5)
    y = check_tensor(submission.sinkhorn(logits, 2), shape=(5, 5), dtype=torch.float64, what="sinkhorn(logits, 2)")
    (got,) = vjp([y], [logits], [v], "sinkhorn(logits, 2)")
    want_y = divide(logits, [ROWS, COLUMNS] * 2)
    (want,) = torch.autograd.grad(want_y, logits, v)
    mistakes = {
        "No gradient reaches the logits.": 0.0,
        "The sums are taken for constants.": (want_y * v).detach(),
    }
    # float64, a chain of four divisions
    assert_close(got, want, atol=1e-11, what="the gradient of sinkhorn(logits, 2)", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("log P − logsumexp(log P), in place of P / sum(P).")
def test_sinkhorn_large_logits(submission):
    """sinkhorn survives logits of ±1000, in values and gradients"""
    top, bottom = [1000.0, 990.0, -1000.0], [980.0, 1000.0, -990.0]
    right = torch.tensor([top, bottom, [1000.0, 1000.0, -1000.0]], dtype=torch.float64)
    cotangent = torch.tensor([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0], [0.0, 2.0, 1.0]], dtype=torch.float64)
    for name, logits in (("column", right), ("row", right.T)):
        what = f"sinkhorn for logits of ±1000, where a whole {name} is small,"
        logits = logits.clone().requires_grad_()
        p = check_tensor(submission.sinkhorn(logits, 2), shape=(3, 3), dtype=torch.float64, what=what)
        ones = torch.ones(3, dtype=torch.float64)
        # float64: numbers of 1000 cost three of 16 digits
        assert_close(p.sum(dim=-2), ones, atol=1e-10, what=f"the column sums of {what}")
        (grad,) = vjp([p], [logits], [cotangent], what)
        check_tensor(grad, shape=(3, 3), dtype=torch.float64, what=f"the gradient of {what}")


def linformer(submission, rng, length, r):
    """The student's module and the float64 matrices E and F that it has been given."""
    layer = submission.Linformer(length, r).double()
    shapes = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    check_equal(shapes, {"E": (r, length), "F": (r, length)}, what="the names and shapes in the state dict")
    state = {"E": normal(rng, r, length), "F": normal(rng, r, length)}
    layer.load_state_dict(state)
    return layer, state


@pytest.mark.points("0.5")
@pytest.mark.hint("Two nn.Parameter of shape (r, L): self.E and self.F.")
def test_linformer_state_dict(submission, rng):
    """Linformer has the parameters E and F of shape (r, L), which learn"""
    layer, _ = linformer(submission, rng, 5, 3)
    trainable = sorted(name for name, p in layer.named_parameters() if p.requires_grad)
    check_equal(trainable, ["E", "F"], what="the names of the parameters that learn")


@pytest.mark.points("1.5")
@pytest.mark.hint("k' = E k and v' = F v, then ordinary attention; the softmax runs over the r mixtures.")
def test_linformer_value(submission, rng):
    """Linformer attends to r mixtures of the keys and keeps the length of the queries"""
    layer, state = linformer(submission, rng, 7, 3)
    q, k, v = normal(rng, 2, 7, 5), normal(rng, 2, 7, 5), normal(rng, 2, 7, 11)
    got = pair(layer(q, k, v), "Linformer(7, 3)(q, k, v)")
    check_tensor(got[0], shape=(2, 7, 11), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(2, 7, 3), dtype=torch.float64, what="weights")
    e, f = state["E"], state["F"]
    scores = q @ (e @ k).transpose(1, 2) / 5**0.5
    queries = scores.softmax(1)
    wrong = {
        "E mixes the keys, F the values.": attend(q, f @ k, e @ v),
        "The values are mixed by F, not by E as well.": attend(q, e @ k, e @ v),
        "The keys are mixed by E, not by F as well.": attend(q, f @ k, f @ v),
        "The scores are not divided by √d.": attend(q, e @ k, f @ v, scale=1.0),
        "The root is that of d, the width of q, not of r.": attend(q, e @ k, f @ v, scale=3**-0.5),
        "The root is that of d, the width of q, not of L.": attend(q, e @ k, f @ v, scale=7**-0.5),
        "The root is that of d, the width of q, not of the width of v.": attend(q, e @ k, f @ v, scale=11**-0.5),
        "The softmax runs over the mixtures, not over the queries.": (queries @ (f @ v), queries),
        "The softmax is missing.": (scores @ (f @ v), scores),
    }
    compare(got, attend(q, e @ k, f @ v), wrong, "of Linformer(7, 3)(q, k, v)")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Keys and values of padded positions become 0, then E and F mix them. The scores are not masked.")
def test_linformer_padding(submission, rng):
    """Linformer: keys and values of padded positions count as zeros"""
    layer, state = linformer(submission, rng, 5, 3)
    q, k, v = normal(rng, 2, 5, 2), normal(rng, 2, 5, 2), normal(rng, 2, 5, 7)
    padding = torch.tensor([[False] * 3 + [True] * 2, [True] + [False] * 4])
    real = (~padding)[:, :, None]
    e, f = state["E"], state["F"]
    got = pair(layer(q, k, v, padding), "Linformer(5, 3)(q, k, v, key_padding_mask)")
    want = attend(q, e @ (k * real), f @ (v * real))
    wrong = {
        "The padding mask is the wrong way round: True = padding.": attend(q, e @ (k * ~real), f @ (v * ~real)),
        "The padding mask is not used.": attend(q, e @ k, f @ v),
        "Padded values count as zeros, too, not only padded keys.": attend(q, e @ (k * real), f @ v),
        "Padded keys count as zeros, too, not only padded values.": attend(q, e @ k, f @ (v * real)),
        "A padded position still is a query.": tuple(t * real for t in want),
    }
    compare(got, want, wrong, "of Linformer(5, 3) with padding")
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("E and F are parameters: use them as they are, not .data and not a copy.")
def test_linformer_gradient(submission, rng):
    """Linformer has the right gradients for q, k, v, E and F"""
    layer, state = linformer(submission, rng, 5, 3)
    q, k, v = (normal(rng, 2, *shape).requires_grad_() for shape in ((5, 2), (5, 2), (5, 7)))
    got = pair(layer(q, k, v), "Linformer(5, 3)(q, k, v)")
    check_tensor(got[0], shape=(2, 5, 7), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(2, 5, 3), dtype=torch.float64, what="weights")
    parameters = dict(layer.named_parameters())
    cotangents = [normal(rng, *t.shape) for t in got]
    grads = vjp(got, (q, k, v, parameters["E"], parameters["F"]), cotangents, "Linformer(5, 3)(q, k, v)")
    e, f = (state[name].requires_grad_() for name in "EF")
    wanted = torch.autograd.grad(attend(q, e @ k, f @ v), (q, k, v, e, f), cotangents)
    for name, g, w in zip("qkvEF", grads, wanted, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64, chains of three products
        assert_close(g, w, atol=1e-10, what=f"the gradient of {name}", mistakes=mistakes)


def quadratic(fq, fk, v):
    """The form that costs L·S: all weights, divided by their sums over the keys."""
    a = fq @ fk.transpose(-2, -1)
    return a / a.sum(-1, keepdim=True) @ v


def features(t):
    """A positive feature map: (…, T, d) -> (…, T, d)."""
    return F.elu(t) + 1


@pytest.mark.points("1.5")
@pytest.mark.hint("Σ_j φ(k_j) v_jᵀ is (m, e), Σ_j φ(k_j) is (m,): take each once, then use them for all queries.")
def test_linear_attention_value(submission, rng):
    """linear_attention equals the quadratic form"""
    for keys in (7, 5):
        q, k, v = normal(rng, 2, 5, 3), normal(rng, 2, keys, 3), normal(rng, 2, keys, 11)
        got = submission.linear_attention(q, k, v, features)
        fq, fk = features(q), features(k)
        a = fq @ fk.transpose(1, 2)
        want = quadratic(fq, fk, v)
        causal = a * torch.ones(5, keys).tril()
        mistakes = {
            "The denominator is missing.": a @ v,
            "phi is not used for k.": quadratic(fq, k, v),
            "phi is not used for q.": quadratic(q, fk, v),
            "phi is not used.": quadratic(q, k, v),
            "phi is for q and k, not for v.": quadratic(fq, fk, features(v)),
            "Every query attends to every key: it is not causal.": causal / causal.sum(-1, keepdim=True) @ v,
            "The denominator is a sum over the keys, not over the queries.": a / a.sum(1, keepdim=True) @ v,
            "There is no softmax here: the denominator does its work.": a.softmax(-1) @ v,
            "That is softmax attention; phi takes the place of exp.": attend(q, k, v)[0],
            "There is no 1/√d here: phi gets q and k as they are.": quadratic(features(q / 3**0.5), fk, v),
            "There is no 1/√d here, phi gets q and k as they are.": quadratic(
                features(q / 3**0.25), features(k / 3**0.25), v
            ),
            "The sum over the keys in the numerator is a sum, not a mean.": want / keys,
            "There is no ε in the denominator.": a @ v / (a.sum(-1, keepdim=True) + 1e-6),
        }
        # float64, sums of eleven products
        assert_close(
            got,
            want,
            atol=1e-12,
            what=f"linear_attention(q, k, v, elu + 1) for 5 queries and {keys} keys",
            mistakes=mistakes,
        )
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("φ(q) is (…, L, m) and φ(k) is (…, S, m); neither m nor e need be d.")
def test_linear_attention_feature_map(submission, rng):
    """linear_attention calls phi twice, on all of q and all of k, and lets it change the width"""
    q, k, v = normal(rng, 1, 5, 2), normal(rng, 1, 7, 2), normal(rng, 1, 7, 3)
    seen = []

    def wide(t):
        seen.append(t.detach().clone())
        return torch.cat([t.exp(), (-t).exp(), t.square() + 0.1], dim=-1)

    got = submission.linear_attention(q, k, v, wide)
    shapes = sorted(tuple(t.shape) for t in seen)
    check_equal(shapes, [(1, 5, 2), (1, 7, 2)], what="the shapes that phi was called with")
    want = quadratic(wide(q), wide(k), v)
    assert_close(got, want, atol=1e-12, what="linear_attention with a phi from width 2 to width 6")  # float64


@pytest.mark.points(1)
@pytest.mark.hint("q and k count twice, in numerator and denominator.")
def test_linear_attention_gradient(submission, rng):
    """linear_attention has the right gradients for q, k and v"""
    q, k, v = (normal(rng, 2, *shape).requires_grad_() for shape in ((5, 3), (7, 3), (7, 2)))
    y = submission.linear_attention(q, k, v, features)
    check_tensor(y, shape=(2, 5, 2), dtype=torch.float64, what="linear_attention(q, k, v, elu + 1)")
    cotangent = normal(rng, 2, 5, 2)
    got = vjp([y], (q, k, v), [cotangent], "linear_attention(q, k, v, elu + 1)")
    want = torch.autograd.grad(quadratic(features(q), features(k), v), (q, k, v), cotangent)
    for name, g, w in zip("qkv", got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64, chains of three products
        assert_close(g, w, atol=1e-11, what=f"the gradient of {name}", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.limits(cpu=5, memory=1024)
@pytest.mark.hint("(φ(q) φ(k)ᵀ) v is an L×S matrix; φ(q) (φ(k)ᵀ v) is not.")
def test_linear_attention_cost(submission, rng):
    """linear_attention takes 60 000 positions, whose L×S matrix would need 29 GB"""
    length = 60_000
    # 0 to 15, and v with the keys' parity: sums of whole numbers, exact in any order
    q, k = (torch.randint(16, (1, length, 1), generator=rng).double() for _ in range(2))
    v = torch.cat([k, 15 - k], dim=-1)
    # the matrix ends in out_of_memory; row by row, in a timeout
    got = submission.linear_attention(q, k, v, lambda t: t + 1)
    row = ((k + 1) * v).sum(dim=1, keepdim=True) / (k + 1).sum()
    # with one feature φ(q) cancels: every query gets the same mean. float64
    assert_close(got, row.expand(1, length, 2), atol=1e-9, what=f"linear_attention for {length} positions")


NAMES = [f"w_{n}.{part}" for n in "12v" for part in ("weight", "bias")]


def synthesizer(submission, rng, length, d):
    """The student's module and the float64 numbers that it has been given."""
    layer = submission.Synthesizer(length, d).double()
    shapes = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    rows = {"1": d, "2": length, "v": d}
    wanted = {name: (rows[name[2]], d) if name.endswith("weight") else (rows[name[2]],) for name in NAMES}
    check_equal(shapes, wanted, what="the names and shapes in the state dict")
    state = {name: normal(rng, *shape) for name, shape in wanted.items()}
    layer.load_state_dict(state)
    return layer, state


def linear(state, name, x):
    return F.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])


def synthesize(state, x, allowed=None, relu=torch.relu, scale=1.0):
    """(out, weights); allowed: (N, T), False = padding."""
    b = linear(state, "w_2", relu(linear(state, "w_1", x)))[..., : x.shape[1]] * scale
    if allowed is not None:
        b = b.masked_fill(~allowed[:, None, :], -torch.inf)
    a = b.softmax(-1)
    return a @ linear(state, "w_v", x), a


@pytest.mark.points("0.5")
@pytest.mark.hint("nn.Linear(d, d), nn.Linear(d, L) and nn.Linear(d, d), called w_1, w_2 and w_v.")
def test_synthesizer_state_dict(submission, rng):
    """Synthesizer has the parameters of the handout, which learn"""
    layer, _ = synthesizer(submission, rng, 7, 3)
    trainable = sorted(name for name, p in layer.named_parameters() if p.requires_grad)
    check_equal(trainable, sorted(NAMES), what="the names of the parameters that learn")


@pytest.mark.points(1)
@pytest.mark.hint("Cut b to its first T numbers, then take the softmax.", "No 1/√d: nothing is compared here.")
def test_synthesizer_value(submission, rng):
    """Synthesizer makes the weights of a position from that position alone, also for sequences shorter than L"""
    layer, state = synthesizer(submission, rng, 7, 3)
    for t in (7, 5):
        x = normal(rng, 2, t, 3)
        got = pair(layer(x), "Synthesizer(7, 3)(x)")
        what = f"for T = {t}, L = 7"
        check_tensor(got[0], shape=(2, t, 3), dtype=torch.float64, what=f"out {what}")
        check_tensor(got[1], shape=(2, t, t), dtype=torch.float64, what=f"weights {what}")
        out, weights = want = synthesize(state, x)
        full = linear(state, "w_2", torch.relu(linear(state, "w_1", x)))
        values = linear(state, "w_v", x)
        linear_b = linear(state, "w_2", linear(state, "w_1", x))[..., :t].relu().softmax(-1)
        late = linear_b @ values, linear_b
        flipped = full[..., :t].mT.softmax(-1)
        cut, last, queries = full.softmax(-1)[..., :t], full[..., 7 - t :].softmax(-1), full[..., :t].softmax(1)
        wrong = {
            "The ReLU is missing.": synthesize(state, x, relu=lambda h: h),
            "ReLU, not tanh.": synthesize(state, x, relu=torch.tanh),
            "The ReLU stands between w_1 and w_2, not behind w_2.": late,
            "b_ij is the weight of position j for position i: rows are queries.": (flipped @ values, flipped),
            "There is no 1/√d here.": synthesize(state, x, scale=3**-0.5),
            "Cut the numbers to the first T before the softmax: the weights must add up to 1.": (cut @ values, cut),
            "The first T numbers count, not the last.": (last @ values, last),
            "The softmax runs over the keys, not over the queries.": (queries @ values, queries),
            "w_v is not used: the weights are for w_v(x), not for x.": (weights @ x, weights),
            "w_v's bias is missing.": (out - state["w_v.bias"], weights),
        }
        compare(got, want, wrong, what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("True = padding. Mask before the softmax; a row without any key gets zeros.")
def test_synthesizer_padding(submission, rng):
    """Synthesizer gives padding no weight"""
    layer, state = synthesizer(submission, rng, 7, 3)
    x = normal(rng, 2, 5, 3)
    padding = torch.tensor([[False] * 3 + [True] * 2, [True] + [False] * 4])
    got = pair(layer(x, padding), "Synthesizer(7, 3)(x, key_padding_mask)")
    values, (_, plain) = linear(state, "w_v", x), synthesize(state, x)
    real = ~padding[:, None, :]
    want = synthesize(state, x, ~padding)
    wrong = {
        "The padding mask is the wrong way round: True = padding.": synthesize(state, x, padding),
        "The padding mask is not used.": synthesize(state, x),
        "Mask before the softmax: the weights must add up to 1.": (plain * real @ values, plain * real),
        "A padded position still is a query: leave padding out as a key only.": tuple(
            t * ~padding[:, :, None] for t in want
        ),
    }
    compare(got, want, wrong, "of Synthesizer(7, 3) with padding")
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("x counts in the weights and in the values.")
def test_synthesizer_gradient(submission, rng):
    """Synthesizer has the right gradients for x and all parameters, with padding"""
    layer, state = synthesizer(submission, rng, 7, 3)
    x = normal(rng, 2, 5, 3).requires_grad_()
    padding = torch.tensor([[False] * 3 + [True] * 2, [False] * 5])
    got = pair(layer(x, padding), "Synthesizer(7, 3)(x, key_padding_mask)")
    check_tensor(got[0], shape=(2, 5, 3), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(2, 5, 5), dtype=torch.float64, what="weights")
    cotangents = [normal(rng, *t.shape) for t in got]
    parameters = dict(layer.named_parameters())
    grads = vjp(got, (x, *(parameters[name] for name in NAMES)), cotangents, "Synthesizer(7, 3)(x, key_padding_mask)")
    local = {name: value.requires_grad_() for name, value in state.items()}
    want = synthesize(local, x, ~padding)
    wanted = torch.autograd.grad(want, (x, *(local[name] for name in NAMES)), cotangents)
    for name, g, w in zip(("x", *NAMES), grads, wanted, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64, chains of three products
        assert_close(g, w, atol=1e-10, what=f"the gradient of {name}", mistakes=mistakes)
