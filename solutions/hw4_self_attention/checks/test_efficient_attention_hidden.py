"""Efficient attention: other shapes, padding, long sequences, properties."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type

pytestmark = pytest.mark.hidden


def pair(result, what):
    """The two tensors that attention returns, after a look at the type."""
    check_equal(len(check_type(result, tuple, what=what)), 2, what=f"the length of {what}")
    return result


def refuses(call, *args, what):
    """Pass if the call raises ValueError."""
    try:
        call(*args)
    except ValueError:
        return
    raise CheckFailed(f"{what} must raise ValueError.")


def normal(rng, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def compare(got, want, what):
    """float64, at most three products of a few terms in a row."""
    for name, g, w in zip(("out", "weights"), got, want, strict=True):
        assert_close(g, w, atol=1e-10, what=f"{name} {what}")


def twins(submission, reference, rng, name, *args):
    """The student's module and the reference's, with the same numbers."""
    mine = getattr(reference, name)(*args).double()
    state = {key: normal(rng, *value.shape) for key, value in mine.state_dict().items()}
    mine.load_state_dict(state)
    theirs = getattr(submission, name)(*args).double()
    shapes = {key: tuple(value.shape) for key, value in theirs.state_dict().items()}
    wanted = {key: tuple(value.shape) for key, value in state.items()}
    check_equal(shapes, wanted, what="the names and shapes in the state dict")
    theirs.load_state_dict(state)
    return theirs, mine


@pytest.mark.points("0.5")
@pytest.mark.hint("Clusters have no names: only who is in one with whom counts.")
def test_cluster_mask_renamed(submission, rng):
    """cluster_mask does not change when the centers are permuted; few and many centers work"""
    for count in (1, 2, 5, 11):
        angle = 6.283185 * torch.arange(count) / count
        centers = 10 * torch.stack([angle.cos(), angle.sin(), 0 * angle], dim=1)  # at least 5.6 apart
        of_q, of_k = (torch.randint(count, (3, n), generator=rng) for n in (5, 7))
        q, k = (centers[c] + torch.rand(*c.shape, 3, generator=rng) for c in (of_q, of_k))
        want = of_q[..., :, None] == of_k[..., None, :]
        what = f"cluster_mask with {count} centers"
        check_equal(submission.cluster_mask(q, k, centers), want, what=what)
        order = torch.randperm(count, generator=rng)
        check_equal(submission.cluster_mask(q, k, centers[order]), want, what=f"{what}, permuted")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("A query without a key in its cluster gets a row of False.")
def test_cluster_mask_far_centers(submission):
    """cluster_mask: a center nearer to the origin is not nearer to all; empty clusters; whole numbers"""
    centers = torch.tensor([[1.0, 0.0], [100.0, 0.0], [0.0, -40.0]], dtype=torch.float64)
    q = torch.tensor([[40.0, 0.0], [60.0, 5.0], [0.0, -20.0], [1.0, 1.0]], dtype=torch.float64)  # 0, 1, 2, 0
    k = torch.tensor([[50.0, 0.0], [49.0, 9.0], [70.0, -70.0]], dtype=torch.float64)  # 0, 0, 1
    want = torch.tensor([[True, True, False], [False, False, True], [False] * 3, [True, True, False]])
    check_equal(submission.cluster_mask(q, k, centers), want, what="cluster_mask with centers of different length")


@pytest.mark.points("0.5")
@pytest.mark.hint("What is added to a whole row of logits goes away when the row is divided.")
def test_sinkhorn_row_shift(submission, reference, rng):
    """sinkhorn does not see what is added to a row; it agrees with itself in a batch; n below 1 raises ValueError"""
    logits, shift = normal(rng, 2, 5, 5), 300 * normal(rng, 2, 5, 1)
    for n in (1, 4):
        want = reference.sinkhorn(logits, n)
        # float64, logits up to 1000
        assert_close(submission.sinkhorn(logits + shift, n), want, atol=1e-9, what=f"sinkhorn(logits + shift, {n})")
        one = submission.sinkhorn(logits.transpose(1, 2)[0], n)
        want = reference.sinkhorn(logits.transpose(1, 2)[0], n)
        assert_close(one, want, atol=1e-11, what=f"sinkhorn of a transposed matrix, n = {n},")  # float64
    for n in (0, -1):
        refuses(submission.sinkhorn, logits, n, what=f"sinkhorn(logits, {n})")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("exp(−800) is 0 in float64, so a whole row may be 0 and its division 0/0: work with log P.")
def test_sinkhorn_permutation(submission, rng):
    """sinkhorn of sharp logits is the permutation that they favour, also where a row is small"""
    order = torch.randperm(7, generator=rng)
    logits = 10 * torch.rand(7, 7, dtype=torch.float64, generator=rng) - 50
    logits[torch.arange(7), order] = 10.0
    logits = logits + torch.tensor([900.0, -900, 0, 300, -600, 900, -900], dtype=torch.float64)[:, None]
    want = torch.eye(7, dtype=torch.float64)[order]
    # every other entry is e^-50 of it at most; float64: numbers of 900 cost three of 16 digits
    assert_close(submission.sinkhorn(logits, 5), want, atol=1e-9, what="sinkhorn of logits up to ±950")


@pytest.mark.points("0.5")
@pytest.mark.hint("Only the keys have length L; the output is as long as the queries.")
def test_linformer_lengths(submission, reference, rng):
    """Linformer: more or fewer queries than keys, other widths, r = 1; another number of keys raises ValueError"""
    for length, r, m, d, e in ((7, 3, 7, 5, 5), (5, 2, 11, 3, 7), (7, 1, 1, 2, 3), (2, 5, 3, 1, 1)):
        layer, mine = twins(submission, reference, rng, "Linformer", length, r)
        q, k, v = normal(rng, 3, m, d), normal(rng, 3, d, length).transpose(1, 2), normal(rng, 3, length, e)
        what = f"Linformer({length}, {r})(q, k, v) for {m} queries"
        compare(pair(layer(q, k, v), what), mine(q, k, v), f"of {what}")
        compare(layer(300 * q, k, v), mine(300 * q, k, v), f"of {what} and large scores")  # ±1000 and more
        for wrong in (length - 1, length + 1):
            kv = normal(rng, 3, wrong, d), normal(rng, 3, wrong, e)
            refuses(layer, q, *kv, what=f"Linformer({length}, {r})(q, k, v) for {wrong} keys")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Zeros before E and F mix: then nothing of the padding is left.")
def test_linformer_padding_invariance(submission, reference, rng):
    """Linformer: what stands in the padding changes nothing; a sequence may be all padding"""
    layer, mine = twins(submission, reference, rng, "Linformer", 5, 3)
    q, k, v = normal(rng, 3, 5, 2), normal(rng, 3, 5, 2), normal(rng, 3, 5, 7)
    padding = torch.tensor([[True] * 5, [False] * 3 + [True] * 2, [False] * 5])
    what = "Linformer(5, 3)(q, k, v, key_padding_mask)"
    compare(pair(layer(q, k, v, padding), what), mine(q, k, v, padding), f"of {what}, one sequence all padding,")
    noise = 1000 * padding[..., None]
    other = pair(layer(q, k + noise, v - noise, padding), what)
    compare(other, mine(q, k, v, padding), f"of {what} after a change in the padding")
    inputs = [t.requires_grad_() for t in (q, k, v)]
    cotangents = [normal(rng, 3, 5, 7), normal(rng, 3, 5, 3)]
    got = torch.autograd.grad(layer(q, k, v, padding), inputs, cotangents)
    want = torch.autograd.grad(mine(q, k, v, padding), inputs, cotangents)
    for name, g, w in zip("qkv", got, want, strict=True):
        assert_close(g, w, atol=1e-10, what=f"the gradient of {name} with padding")  # float64, a longer chain


def quadratic(fq, fk, v):
    """The form that costs L·S."""
    a = fq @ fk.transpose(-2, -1)
    return a / a.sum(-1, keepdim=True) @ v


@pytest.mark.points("0.5")
@pytest.mark.hint("transpose(-2, -1), sum(dim=-2)")
def test_linear_attention_leading_dimensions(submission, rng):
    """linear_attention takes any leading dimensions, one key or one query, any strides"""
    for lead, length, keys in (((), 5, 7), ((2, 3), 5, 7), ((3,), 1, 7), ((3,), 5, 1)):
        q, k, v = normal(rng, *lead, 2, length).mT, normal(rng, *lead, 2, keys).mT, normal(rng, *lead, 11, keys).mT
        got = submission.linear_attention(q, k, v, torch.exp)
        what = f"linear_attention for q of shape {tuple(q.shape)} and {keys} keys"
        assert_close(got, quadratic(q.exp(), k.exp(), v), atol=1e-11, what=what)  # float64
    single = submission.linear_attention(torch.ones(2, 3), torch.ones(5, 3), torch.ones(5, 2), torch.exp)
    assert_close(single, torch.ones(2, 2), atol=1e-6, what="linear_attention in float32")  # float32


@pytest.mark.points("0.5")
@pytest.mark.hint("The size of φ cancels in the fraction, unless something was added to the denominator.")
def test_linear_attention_scale(submission, rng):
    """linear_attention does not see a factor in phi, however small: there is no ε"""
    q, k, v = normal(rng, 2, 5, 3), normal(rng, 2, 7, 3), normal(rng, 2, 7, 2)
    want = quadratic(q.exp(), k.exp(), v)
    for scale in (1e-9, 1e6):
        got = submission.linear_attention(q, k, v, lambda t, scale=scale: scale * t.exp())
        assert_close(got, want, atol=1e-11, what=f"linear_attention with phi = {scale:g}·exp")  # float64


@pytest.mark.points("0.5")
@pytest.mark.limits(cpu=20, memory=1024)
@pytest.mark.hint("The gradient costs no L×S matrix either, if the output does not.")
def test_linear_attention_cost_of_gradient(submission, rng):
    """linear_attention: its gradient, too, costs no L×S matrix"""
    length = 20_000  # the L×S matrix would need 3.2 GB
    q, k, v = (torch.rand(1, length, 2, generator=rng).double().requires_grad_() for _ in range(3))
    seen = []

    def phi(t):
        seen.append(tuple(t.shape))
        return t + 1

    what = f"linear_attention for {length} positions"
    y = submission.linear_attention(q, k, v, phi)
    check_tensor(y, shape=(1, length, 2), dtype=torch.float64, what=what)
    check_equal(seen, [(1, length, 2)] * 2, what="the shapes that phi was called with")
    cotangent = normal(rng, 1, length, 2)
    (got,) = torch.autograd.grad(y, v, cotangent)
    fq, fk = q.detach() + 1, k.detach() + 1
    want = fk @ ((fq / (fq @ fk.sum(1, keepdim=True).mT)).mT @ cotangent)  # (L, m) @ (m, e)
    assert_close(got, want, atol=1e-9, what=f"the gradient of v in {what}")  # float64, sums of 20 000


@pytest.mark.points("0.5")
@pytest.mark.hint("The weights of a position come from that position alone.")
def test_synthesizer_lengths(submission, reference, rng):
    """Synthesizer: a change at one position changes the weights of that position alone; too long raises ValueError"""
    layer, mine = twins(submission, reference, rng, "Synthesizer", 7, 3)
    for n, t in ((1, 1), (3, 7), (5, 2)):
        x = normal(rng, t, n, 3).transpose(0, 1)
        what = f"Synthesizer(7, 3)(x) for x of shape {(n, t, 3)}"
        compare(pair(layer(x), what), mine(x), f"of {what}")
    x = normal(rng, 2, 5, 3)
    for name, g, w in zip(("out", "weights"), layer(1000 * x), mine(1000 * x), strict=True):
        assert_close(g, w, atol=1e-8, what=f"{name} for numbers of ±1000")  # float64; out is of that size too
    other = x.clone()
    other[:, 2] += 1.0
    before, after = (pair(layer(t), "Synthesizer(7, 3)(x)")[1].detach() for t in (x, other))
    rest = torch.tensor([0, 1, 3, 4])
    what = "the weights of the other positions, after a change at position 2,"
    assert_close(after[:, rest], before[:, rest], atol=1e-12, what=what)  # float64
    refuses(layer, normal(rng, 2, 8, 3), what="Synthesizer(7, 3)(x) for 8 positions")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("A row of nothing but −inf is NaN after a softmax, and in the gradient.")
def test_synthesizer_all_padding(submission, reference, rng):
    """Synthesizer survives a sequence that is all padding, in values and gradients"""
    layer, mine = twins(submission, reference, rng, "Synthesizer", 7, 3)
    x = normal(rng, 2, 5, 3).requires_grad_()
    padding = torch.tensor([[True] * 5, [False] * 4 + [True]])
    got = pair(layer(x, padding), "Synthesizer(7, 3)(x, key_padding_mask)")
    compare(got, mine(x, padding), "where the first sequence is all padding")
    cotangents = [normal(rng, 2, 5, 3), normal(rng, 2, 5, 5)]
    (dx,) = torch.autograd.grad(got, x, cotangents)
    (want,) = torch.autograd.grad(mine(x, padding), x, cotangents)
    assert_close(dx, want, atol=1e-10, what="the gradient of x, where the first sequence is all padding,")  # float64
    noise = 1000 * padding[..., None]
    out, weights = (t.detach()[1, :4] for t in layer(x.detach() + noise, padding))
    want = tuple(t.detach()[1, :4] for t in mine(x, padding))
    compare((out, weights), want, "at the real positions, after a change in the padding,")
