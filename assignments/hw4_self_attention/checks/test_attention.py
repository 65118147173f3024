"""Scaled dot-product attention, alone and with many heads, beside PyTorch's own."""

import math

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
    for name, y in zip(("out", "weights"), outputs, strict=False):  # out alone, or both
        if not y.requires_grad:
            raise CheckFailed(f"{name} of {what} is cut off from autograd; is there a detach() or torch.tensor()?")
    return torch.autograd.grad(outputs, inputs, cotangents, allow_unused=True, materialize_grads=True)


def refuses(call, *args, what):
    """Pass if the call raises ValueError."""
    try:
        call(*args)
    except ValueError:
        return
    raise CheckFailed(f"{what} must raise ValueError.")


def normal(rng, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def random_mask(rng, queries, keys):
    """Bool (queries, keys); every row has at least one True and one False."""
    mask = torch.rand(queries, keys, generator=rng) < 0.5
    row = torch.arange(queries)
    mask[row, row % keys] = True
    mask[row, (row + 1) % keys] = False
    return mask


def attend(q, k, v, mask=None, scale=None):
    """(out, weights) by PyTorch's own function: with the identity as values it gives the weights."""
    eye = torch.eye(k.shape[-2], dtype=k.dtype).expand(*k.shape[:-2], -1, -1)
    return tuple(F.scaled_dot_product_attention(q, k, t, attn_mask=mask, scale=scale) for t in (v, eye))


def attend_or_zero(q, k, v, mask):
    """``attend`` with zeros for the queries that may attend to nobody."""
    some = mask.any(dim=-1, keepdim=True)
    return tuple(t * some for t in attend(q, k, v, mask | ~some))


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "e = q kᵀ / √d; the softmax runs over the keys, the last dimension of e.",
    "d is the width of q and k, not that of v and not the number of keys.",
)
def test_scaled_dot_product_attention_value(submission, rng):
    """scaled_dot_product_attention has the right output and weights"""
    q, k, v = normal(rng, 2, 5, 3), normal(rng, 2, 7, 3), normal(rng, 2, 7, 11)
    out, weights = pair(submission.scaled_dot_product_attention(q, k, v), "scaled_dot_product_attention(q, k, v)")
    check_tensor(out, shape=(2, 5, 11), dtype=torch.float64, what="out")
    check_tensor(weights, shape=(2, 5, 7), dtype=torch.float64, what="weights")
    scores = q @ k.transpose(1, 2)
    wrong = {
        "The scores are not divided by √d.": attend(q, k, v, scale=1.0),
        "Divide the scores by √d, not by d.": attend(q, k, v, scale=1 / 3),
        "Divide the scores by √d, don't multiply by it.": attend(q, k, v, scale=3**0.5),
        "The root is that of d, the width of q and k, not of the width of v.": attend(q, k, v, scale=11**-0.5),
        "The root is that of d, the width of q and k, not of the number of keys.": attend(q, k, v, scale=7**-0.5),
        "The root is that of d, the width of q and k, not of the number of queries.": attend(q, k, v, scale=5**-0.5),
    }
    for sentence, a in {
        "The softmax runs over the keys, not over the queries.": (scores / 3**0.5).softmax(-2),
        "The scores are not divided by √d, and the softmax runs over the queries.": scores.softmax(-2),
        "Divide the scores by √d before the softmax, not the weights after it.": scores.softmax(-1) / 3**0.5,
        "These are the scores: the softmax is missing.": scores / 3**0.5,
        "Every query attends to every key: it is not causal.": (scores / 3**0.5)
        .masked_fill(torch.ones(5, 7).tril() == 0, -torch.inf)
        .softmax(-1),
    }.items():
        wrong[sentence] = (a @ v, a)
    want = attend(q, k, v)
    for i, (name, got) in enumerate((("weights", weights), ("out", out))):
        mistakes = {sentence: both[1 - i] for sentence, both in wrong.items()}
        # float64, sums of up to eleven products
        assert_close(got, want[1 - i], atol=1e-12, what=name, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("k.transpose(-2, -1) turns the last two dimensions, however many there are.")
def test_scaled_dot_product_attention_leading_dimensions(submission, rng):
    """scaled_dot_product_attention takes any leading dimensions, none too, and keeps the dtype"""
    for lead in ((), (2, 3)):
        q, k, v = normal(rng, *lead, 5, 2), normal(rng, *lead, 7, 2), normal(rng, *lead, 7, 3)
        out, weights = pair(submission.scaled_dot_product_attention(q, k, v), "scaled_dot_product_attention(q, k, v)")
        for name, got, want in zip(("out", "weights"), (out, weights), attend(q, k, v), strict=True):
            what = f"{name} for q of shape {tuple(q.shape)}"
            assert_close(got, want, atol=1e-12, what=what)  # float64, sums of a few products
    q, k, v = torch.randn(1, 1, 2, generator=rng), torch.randn(1, 1, 2, generator=rng), torch.ones(1, 1, 3)
    out, weights = pair(submission.scaled_dot_product_attention(q, k, v), "scaled_dot_product_attention(q, k, v)")
    what = "for float32, one query and one key"
    assert_close(weights, torch.ones(1, 1, 1), atol=1e-6, what=f"weights {what}")  # float32; exact but for rounding
    assert_close(out, torch.ones(1, 1, 3), atol=1e-6, what=f"out {what}")


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "True = may attend.",
    "The mask does its work before the softmax: the weights that are left add up to 1.",
    "The weight of a forbidden key is 0, not just small.",
)
def test_scaled_dot_product_attention_mask(submission, rng):
    """scaled_dot_product_attention gives forbidden keys the weight 0, and the others all of the weight"""
    for keys in (7, 5):
        q, k, v = normal(rng, 2, 5, 3), normal(rng, 2, keys, 3), normal(rng, 2, keys, 11)
        mask = random_mask(rng, 5, keys)
        what = "scaled_dot_product_attention(q, k, v, mask)"
        out, weights = pair(submission.scaled_dot_product_attention(q, k, v, mask), what)
        check_tensor(out, shape=(2, 5, 11), dtype=torch.float64, what="out")
        check_tensor(weights, shape=(2, 5, keys), dtype=torch.float64, what="weights")
        all_out, all_weights = attend(q, k, v)
        after = all_weights * mask
        zeroed = (q @ k.transpose(1, 2) / 3**0.5 * mask).softmax(-1)
        want = attend(q, k, v, mask)
        wrong = {
            "The mask is the wrong way round: True = may attend.": attend(q, k, v, ~mask),
            "The mask is not used.": (all_out, all_weights),
            "Mask the scores before the softmax, not the weights after it: they must add up to 1.": (after @ v, after),
            "A forbidden score must become very small; a score of 0 is an ordinary score.": (zeroed @ v, zeroed),
            "True (1) is added to the scores: a mask forbids, it is no bonus.": attend(q, k, v, mask.double()),
            "The mask is used for the weights that you return, but not for out.": (all_out, want[1]),
            "The mask is used for out, but not for the weights that you return.": (want[0], all_weights),
        }
        if keys == 5:
            wrong["Rows of a mask are queries, columns are keys."] = attend_or_zero(q, k, v, mask.T)
        for i, (name, got) in enumerate((("weights", weights), ("out", out))):
            mistakes = {sentence: both[1 - i] for sentence, both in wrong.items()}
            # float64, sums of up to eleven products
            assert_close(got, want[1 - i], atol=1e-12, what=name, mistakes=mistakes)
        forbidden = weights.detach()[:, ~mask]
        # exactly: a weight of 1e-9 still lets a huge value through
        assert_close(forbidden, torch.zeros_like(forbidden), atol=0, what="the weights of forbidden keys")
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint(
    "A softmax over nothing but −inf is NaN. Fill in a large finite number, such as torch.finfo(dtype).min.",
    "After the softmax set the forbidden weights to 0 once more.",
    "Setting NaN to 0 afterwards mends the value; the gradient may still be NaN.",
)
def test_scaled_dot_product_attention_empty_row(submission, rng):
    """scaled_dot_product_attention: a query without any key has output, weights and gradient 0, never NaN"""
    q, k, v = (normal(rng, 2, n, 3).requires_grad_() for n in (5, 7, 7))
    mask = random_mask(rng, 5, 7)
    mask[1], mask[4] = False, False
    what = "scaled_dot_product_attention(q, k, v, mask)"
    got = pair(submission.scaled_dot_product_attention(q, k, v, mask), what)
    want = attend_or_zero(q, k, v, mask)
    uniform = want[1] + (~mask.any(dim=-1, keepdim=True)) / 7
    wrong = {
        "A query that may attend to no key gets the weight 0, not 1/S for everybody.": (uniform @ v, uniform),
        "A query that may attend to no key attends to nobody, not to all.": attend(
            q, k, v, mask | ~mask.any(dim=-1, keepdim=True)
        ),
    }
    for i, name in enumerate(("out", "weights")):
        mistakes = {sentence: both[i] for sentence, both in wrong.items()}
        what = f"{name}, where two queries may attend to no key,"
        assert_close(got[i], want[i], atol=1e-12, what=what, mistakes=mistakes)  # float64, sums of seven products
    cotangent = normal(rng, 2, 5, 3)
    grads = vjp(got[:1], (q, k, v), [cotangent], "scaled_dot_product_attention")
    wanted = torch.autograd.grad(want[0], (q, k, v), cotangent)
    for name, g, w in zip("qkv", grads, wanted, strict=True):
        what = f"the gradient of {name}, where two queries may attend to no key,"
        assert_close(g, w, atol=1e-11, what=what)  # float64, chains of two products


@pytest.mark.points("1.5")
@pytest.mark.hint("Tensor operations all the way, for weights too: no detach(), no torch.tensor(...).")
def test_scaled_dot_product_attention_gradient(submission, rng):
    """scaled_dot_product_attention has the right gradients, through the output and through the weights"""
    q, k, v = (normal(rng, 2, *s).requires_grad_() for s in ((5, 3), (7, 3), (7, 2)))
    got = pair(submission.scaled_dot_product_attention(q, k, v), "scaled_dot_product_attention(q, k, v)")
    check_tensor(got[0], shape=(2, 5, 2), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(2, 5, 7), dtype=torch.float64, what="weights")
    want = attend(q, k, v)
    for only, name in ((0, "out"), (1, "weights")):
        cotangents = [normal(rng, *t.shape) * (i == only) for i, t in enumerate(want)]
        grads = vjp(got, (q, k, v), cotangents, "scaled_dot_product_attention")
        wanted = torch.autograd.grad(want, (q, k, v), cotangents)
        for letter, g, w in zip("qkv", grads, wanted, strict=True):
            mistakes = {f"No gradient reaches {letter} from {name}.": 0.0}
            what = f"the gradient of {name} with respect to {letter}"
            assert_close(g, w, atol=1e-11, what=what, mistakes=mistakes)  # float64, chains of two products
        got = submission.scaled_dot_product_attention(q, k, v)  # a graph is used once
        want = attend(q, k, v)


@pytest.mark.points("0.5")
@pytest.mark.hint("softmax of PyTorch takes the maximum off first; exp by hand overflows at 710 (at 89 in float32).")
def test_scaled_dot_product_attention_large_scores(submission, rng):
    """scaled_dot_product_attention survives scores of ±1000, in values and gradients"""
    q = torch.full((1, 3, 2), 40.0, dtype=torch.float64) + normal(rng, 1, 3, 2)
    k = torch.tensor([[-60.0], [-60.1], [30.0], [60.0]], dtype=torch.float64) + 0.01 * normal(rng, 1, 4, 2)
    q, k, v = q.requires_grad_(), k.requires_grad_(), normal(rng, 1, 4, 5).requires_grad_()
    mask = torch.tensor([[True, True, True, True], [True, True, True, False], [True, True, False, False]])
    got = pair(submission.scaled_dot_product_attention(q, k, v, mask), "scaled_dot_product_attention(q, k, v, mask)")
    want = attend(q, k, v, mask)
    for name, g, w in zip(("out", "weights"), got, want, strict=True):
        assert_close(g, w, atol=1e-10, what=f"{name} for scores of ±3000")  # float64: 3000 costs four of 16 digits
    cotangent = normal(rng, 1, 3, 5)
    grads = vjp(got[:1], (q, k, v), [cotangent], "scaled_dot_product_attention")
    for name, g, w in zip("qkv", grads, torch.autograd.grad(want[0], (q, k, v), cotangent), strict=True):
        assert_close(g, w, atol=1e-8, what=f"the gradient of {name} for scores of ±3000")  # and two more in 60·Δ


NAMES = [f"w_{n}.{part}" for n in "qkvo" for part in ("weight", "bias")]


def heads(submission, rng, d_model, num_heads):
    """The student's module and the float64 numbers that it has been given."""
    layer = submission.MultiHeadAttention(d_model, num_heads).double()
    shapes = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    wanted = {name: (d_model, d_model) if name.endswith("weight") else (d_model,) for name in NAMES}
    check_equal(shapes, wanted, what="the names and shapes in the state dict")
    state = {name: normal(rng, *shape) * (0.4 if len(shape) == 2 else 1.0) for name, shape in wanted.items()}
    layer.load_state_dict(state)
    return layer, state


def project(state, x):
    return (F.linear(x, state[f"w_{n}.weight"], state[f"w_{n}.bias"]) for n in "qkv")


def join(state, heads_out):
    """(N, H, L, d) through w_o."""
    return F.linear(heads_out.transpose(1, 2).flatten(2), state["w_o.weight"], state["w_o.bias"])


def by_heads(state, x, num_heads, mask=None, scale=None, interleaved=False):
    """(out, weights) with PyTorch's own attention; interleaved: feature f belongs to head f % H."""
    shape = (-1, num_heads) if interleaved else (num_heads, -1)
    q, k, v = (t.unflatten(2, shape).movedim(3 if interleaved else 2, 1) for t in project(state, x))
    out, weights = attend(q, k, v, mask, scale)
    if interleaved:
        out = out.transpose(1, 2).transpose(2, 3).flatten(2)
        return F.linear(out, state["w_o.weight"], state["w_o.bias"]), weights
    return join(state, out), weights


def weigh(state, x, weights):
    """(out, weights) with given weights of two heads."""
    *_, v = (t.unflatten(2, (2, -1)).transpose(1, 2) for t in project(state, x))
    return join(state, weights @ v), weights


def masked(state, x, allowed):
    """(out, weights) of two heads; a query without any key gets zeros. allowed: (N, 2, L, L)."""
    q, k, v = (t.unflatten(2, (2, -1)).transpose(1, 2) for t in project(state, x))
    heads_out, weights = attend_or_zero(q, k, v, allowed)
    return join(state, heads_out), weights


def by_rows(state, x, num_heads):
    """The famous mistake: view(N, H, L, d) cuts rows, not features."""
    n, length, width = x.shape
    q, k, v = (t.reshape(n, num_heads, length, width // num_heads) for t in project(state, x))
    return attend(q, k, v)


def compare(got, want, wrong, what):
    """The weights first, for a mistake in them shows in out as well."""
    for i, name in ((1, "weights"), (0, "out")):
        mistakes = {sentence: both[i] for sentence, both in wrong.items() if both[i].shape == want[i].shape}
        # float64, three products of up to fifteen terms in a row
        assert_close(got[i], want[i], atol=1e-11, what=f"{name} {what}", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("Four nn.Linear(d_model, d_model), called w_q, w_k, w_v and w_o.")
def test_multi_head_attention_state_dict(submission, rng):
    """MultiHeadAttention has the parameters of the handout and refuses a number of heads that does not divide"""
    layer, _ = heads(submission, rng, 6, 3)
    trainable = sorted(name for name, p in layer.named_parameters() if p.requires_grad)
    check_equal(trainable, sorted(NAMES), what="the names of the parameters that learn")
    heads(submission, rng, 5, 1)
    refuses(submission.MultiHeadAttention, 7, 3, what="MultiHeadAttention(7, 3)")


@pytest.mark.points(2)
@pytest.mark.hint(
    "Features first, (N, L, H, d), then the heads to the front, (N, H, L, d).",
    "Each head divides by √d with d = D/H.",
    "Back: the heads behind the positions again, then side by side, then w_o.",
)
def test_multi_head_attention_value(submission, rng):
    """MultiHeadAttention has the right output and the weights of every head"""
    layer, state = heads(submission, rng, 15, 3)
    x = normal(rng, 2, 7, 15)
    got = pair(layer(x), "MultiHeadAttention(15, 3)(x)")
    check_tensor(got[0], shape=(2, 7, 15), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(2, 3, 7, 7), dtype=torch.float64, what="weights")
    out, weights = want = by_heads(state, x, 3)
    q, k, v = (t.unflatten(2, (3, -1)).transpose(1, 2) for t in project(state, x))
    per_head, _ = attend(q, k, v)
    rows, row_weights = by_rows(state, x, 3)
    across = (q @ k.transpose(2, 3) / 5**0.5).softmax(-2)
    wrong = {
        "Each head divides by √(D/H), not by √D.": by_heads(state, x, 3, scale=15**-0.5),
        "The scores are not divided by √d.": by_heads(state, x, 3, scale=1.0),
        "Head h has the features h·d … (h + 1)·d − 1: the features of a head stand side by side.": by_heads(
            state, x, 3, interleaved=True
        ),
        "view(N, H, L, d) cuts the rows of a sequence, not its features: (N, L, H, d) first, then transpose.": (
            join(state, rows),
            row_weights,
        ),
        "view(N, H, L, d) cuts the rows of a sequence, not its features, on the way in and back.": (
            F.linear(rows.reshape(2, 7, 15), state["w_o.weight"], state["w_o.bias"]),
            row_weights,
        ),
        "Going back, the heads must stand behind the positions before they are joined: transpose, then reshape.": (
            F.linear(per_head.reshape(2, 7, 15), state["w_o.weight"], state["w_o.bias"]),
            weights,
        ),
        "The softmax runs over the keys, not over the queries.": (join(state, across @ v), across),
        "Queries and keys are swapped: rows are queries, columns are keys.": by_heads(
            state | {f"w_{a}.{p}": state[f"w_{b}.{p}"] for a, b in ("qk", "kq") for p in ("weight", "bias")}, x, 3
        ),
        "The values are w_v(x), not the keys.": (join(state, weights @ k), weights),
        "The values are w_v(x), not x.": (join(state, weights @ x.unflatten(2, (3, -1)).transpose(1, 2)), weights),
        "The heads stand side by side when they are joined; their features don't take turns.": (
            F.linear(per_head.permute(0, 2, 3, 1).flatten(2), state["w_o.weight"], state["w_o.bias"]),
            weights,
        ),
        "w_o is missing.": (per_head.transpose(1, 2).flatten(2), weights),
        "w_o's bias is missing.": (out - state["w_o.bias"], weights),
        "The input is added to the output: there is no residual connection here.": (out + x, weights),
    }
    compare(got, want, wrong, "of MultiHeadAttention(15, 3)(x)")
    assert_unchanged(submission)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "True = padding. scaled_dot_product_attention wants True = may attend.",
    "(N, L) becomes (N, 1, 1, L): for all heads and all queries, over the keys.",
)
def test_multi_head_attention_padding(submission, rng):
    """MultiHeadAttention: nobody attends to padding"""
    layer, state = heads(submission, rng, 6, 2)
    x = normal(rng, 3, 5, 6)
    padding = torch.tensor([[False] * 3 + [True] * 2, [False] * 5, [True] + [False] * 3 + [True]])
    got = pair(layer(x, padding), "MultiHeadAttention(6, 2)(x, key_padding_mask)")
    check_tensor(got[0], shape=(3, 5, 6), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(3, 2, 5, 5), dtype=torch.float64, what="weights")
    keys = ~padding[:, None, None, :].expand(3, 2, 5, 5)
    queries = keys.transpose(2, 3)
    want = masked(state, x, keys)
    _, weights = plain = masked(state, x, keys | True)
    silent = want[0].masked_fill(padding[:, :, None], 0.0)
    wrong = {
        "The padding mask is the wrong way round: True = padding.": masked(state, x, ~keys),
        "The padding mask is not used.": plain,
        "The weights are masked after the softmax: they must add up to 1.": weigh(state, x, weights * keys),
        "Padding is left out as a key, not as a query: mask the last dimension.": masked(state, x, queries),
        "Padding is left out as a key only; a padded position still is a query.": masked(state, x, keys & queries),
        "A padded position still is a query and has an output: don't overwrite it.": (silent, want[1]),
        "Padding belongs to its own sequence, not to the whole batch.": masked(
            state, x, (~padding.any(0)).expand(3, 2, 5, 5)
        ),
        "Padding belongs to its own sequence: after a reshape the masks must still fit.": masked(
            state, x, ~padding.repeat(2, 1).reshape(3, 2, 1, 5).expand(3, 2, 5, 5)
        ),
    }
    compare(got, want, wrong, "with padding")
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("mask: True = may attend; key_padding_mask: True = padding. A key needs the leave of both.")
def test_multi_head_attention_mask(submission, rng):
    """MultiHeadAttention obeys a mask (L, L), alone and together with padding"""
    layer, state = heads(submission, rng, 6, 2)
    x, mask = normal(rng, 3, 5, 6), random_mask(rng, 5, 5)
    got = pair(layer(x, None, mask), "MultiHeadAttention(6, 2)(x, None, mask)")
    everyone = mask.expand(3, 2, 5, 5)
    wrong = {
        "mask is the wrong way round: True = may attend, unlike in key_padding_mask.": masked(state, x, ~everyone),
        "mask is not used.": masked(state, x, everyone | True),
        "Rows of a mask are queries, columns are keys.": masked(state, x, everyone.transpose(2, 3)),
    }
    compare(got, masked(state, x, everyone), wrong, "with a mask and no padding")
    padding = torch.tensor([[False] * 4 + [True], [False] * 5, [True] + [False] * 3 + [True]])
    got = pair(layer(x, key_padding_mask=padding, mask=mask), "MultiHeadAttention(6, 2)(x, key_padding_mask, mask)")
    keys = ~padding[:, None, None, :].expand(3, 2, 5, 5)
    wrong = {
        "With both masks given, the padding mask is not used.": masked(state, x, everyone),
        "With both masks given, mask is not used.": masked(state, x, keys),
        "With both masks given, a key needs the leave of both: and, not or.": masked(state, x, keys | mask),
        "The two masks have opposite meanings: ~key_padding_mask & mask.": masked(state, x, ~keys & mask),
    }
    compare(got, masked(state, x, keys & mask), wrong, "with a mask and padding")
    assert_unchanged(submission)


@pytest.mark.points("1.5")
@pytest.mark.hint("Nothing may be cut off: x goes through q, k and v, and every parameter learns.")
def test_multi_head_attention_gradient(submission, rng):
    """MultiHeadAttention has the right gradients for x and all parameters, with padding"""
    layer, state = heads(submission, rng, 6, 3)
    padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    x = normal(rng, 2, 5, 6).requires_grad_()
    parameters = dict(layer.named_parameters())
    got = pair(layer(x, padding), "MultiHeadAttention(6, 3)(x, key_padding_mask)")
    check_tensor(got[0], shape=(2, 5, 6), dtype=torch.float64, what="out")
    check_tensor(got[1], shape=(2, 3, 5, 5), dtype=torch.float64, what="weights")
    cotangents = [normal(rng, *t.shape) for t in got]
    grads = vjp(got, (x, *(parameters[name] for name in NAMES)), cotangents, "MultiHeadAttention(6, 3)(x)")
    local = {name: value.requires_grad_() for name, value in state.items()}
    want = by_heads(local, x, 3, ~padding[:, None, None, :].expand(2, 3, 5, 5))
    wanted = torch.autograd.grad(want, (x, *(local[name] for name in NAMES)), cotangents)
    for name, g, w in zip(("x", *NAMES), grads, wanted, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # The gradient of w_k.bias is 0: it adds the same to every score of a query.
        assert_close(g, w, atol=1e-10, what=f"the gradient of {name}", mistakes=mistakes)  # float64, a long chain


@pytest.mark.points("0.5")
@pytest.mark.hint("If all keys are padding, the heads' outputs are 0, and w_o makes its bias of them.")
def test_multi_head_attention_all_padding(submission, rng):
    """MultiHeadAttention survives a sequence that is all padding, in values and gradients"""
    layer, state = heads(submission, rng, 6, 2)
    padding = torch.tensor([[True] * 5, [False] * 4 + [True]])
    x = normal(rng, 2, 5, 6).requires_grad_()
    got = pair(layer(x, padding), "MultiHeadAttention(6, 2)(x, key_padding_mask)")
    check_tensor(got[0], shape=(2, 5, 6), dtype=torch.float64, what="out, where the first sequence is all padding,")
    check_tensor(got[1], shape=(2, 2, 5, 5), dtype=torch.float64, what="weights")
    weights = got[1].detach()[0]
    mistakes = {"Where all keys are padding, the weights are 0, not 1/L.": 0.2}
    what = "the weights of a sequence that is all padding"
    assert_close(weights, torch.zeros(2, 5, 5, dtype=torch.float64), atol=0, what=what, mistakes=mistakes)
    mistakes = {"The output is what w_o makes of zeros, its bias, not zero.": 0.0}
    # exactly the bias but for the addition of zeros
    what = "the output of a sequence that is all padding"
    assert_close(got[0].detach()[0], state["w_o.bias"].expand(5, 6), atol=1e-12, what=what, mistakes=mistakes)
    (dx,) = vjp(got[:1], (x,), [normal(rng, 2, 5, 6)], "MultiHeadAttention(6, 2)(x, key_padding_mask)")
    # exactly: no path leads from x to the result
    what = "the gradient of a sequence that is all padding"
    assert_close(dx[0], torch.zeros(5, 6, dtype=torch.float64), atol=0, what=what)
    check_tensor(dx[1], shape=(5, 6), dtype=torch.float64, what="the gradient of the other sequence")


@pytest.mark.points(1)
@pytest.mark.hint("Is a sequence cut by rows? Are sequences mixed? Is something added that depends on the position?")
def test_multi_head_attention_permutation(submission, rng):
    """MultiHeadAttention without positions does not know the order; each sequence stands alone"""
    layer, _ = heads(submission, rng, 6, 3)
    x = normal(rng, 2, 7, 6)
    order = torch.tensor([3, 0, 6, 2, 5, 1, 4])
    out, weights = pair(layer(x), "MultiHeadAttention(6, 3)(x)")
    check_tensor(out, shape=(2, 7, 6), dtype=torch.float64, what="out")
    check_tensor(weights, shape=(2, 3, 7, 7), dtype=torch.float64, what="weights")
    moved, moved_weights = pair(layer(x[:, order]), "MultiHeadAttention(6, 3)(x[:, order])")
    mistakes = {"The output does not follow when the positions are permuted.": out}
    # float64; the sums run in another order
    what = "out for permuted positions, compared with the permuted out,"
    assert_close(moved, out.detach()[:, order], atol=1e-11, what=what, mistakes=mistakes)
    what = "weights for permuted positions, compared with the permuted weights,"
    assert_close(moved_weights, weights.detach()[:, :, order][:, :, :, order], atol=1e-11, what=what)
    if math.isclose(out.detach().std(dim=1).max().item(), 0.0, abs_tol=1e-9):
        raise CheckFailed("out is the same at every position; does the input matter at all?")
    alone, _ = pair(layer(x[1:]), "MultiHeadAttention(6, 3)(x[1:])")
    assert_close(alone, out.detach()[1:], atol=1e-11, what="out of a sequence alone, not in a batch,")
