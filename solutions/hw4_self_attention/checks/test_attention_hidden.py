"""Attention: broadcast masks, what is left out, empty rows, padding, edges."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type

pytestmark = pytest.mark.hidden


def pair(result, what):
    """The two tensors that attention returns, after a look at the type."""
    check_equal(len(check_type(result, tuple, what=what)), 2, what=f"the length of {what}")
    return result


def vjp(outputs, inputs, cotangents, what):
    """cotangentsᵀ · ∂outputs/∂inputs, with zeros where no gradient arrives."""
    for name, y in zip(("out", "weights"), outputs, strict=True):
        if not y.requires_grad:
            raise CheckFailed(f"{name} of {what} is cut off from autograd; is there a detach() or torch.tensor()?")
    return torch.autograd.grad(outputs, inputs, cotangents, allow_unused=True, materialize_grads=True)


def normal(rng, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def compare(got, want, what, atol=1e-11):
    """float64 unless told otherwise; at most three products of fifteen terms in a row."""
    for name, g, w in zip(("out", "weights"), got, want, strict=True):
        assert_close(g, w, atol=atol, what=f"{name} {what}")


@pytest.mark.points(1)
@pytest.mark.hint("masked_fill and where broadcast; indexing by the mask does not.")
def test_scaled_dot_product_attention_mask_broadcasting(submission, reference, rng):
    """scaled_dot_product_attention takes every mask that broadcasts to (…, L, S)"""
    q, k, v = normal(rng, 2, 3, 5, 2), normal(rng, 2, 3, 7, 2), normal(rng, 2, 3, 7, 11)
    for shape in ((2, 1, 1, 7), (1, 7), (5, 1), (2, 3, 5, 7), (3, 5, 7), (7,)):
        mask = torch.rand(shape, generator=rng) < 0.6
        mask.view(-1)[0], mask.view(-1)[-1] = True, False
        what = f"scaled_dot_product_attention with a mask of shape {shape}"
        got = pair(submission.scaled_dot_product_attention(q, k, v, mask), what)
        want = reference.scaled_dot_product_attention(q, k, v, mask.expand(2, 3, 5, 7))
        compare(got, want, f"for a mask of shape {shape}")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("A weight of exactly 0 lets nothing through, however large the value is.")
def test_scaled_dot_product_attention_left_out(submission, rng):
    """scaled_dot_product_attention with forbidden keys is attention without these keys"""
    q, k, v = normal(rng, 2, 5, 3), normal(rng, 2, 7, 3), normal(rng, 2, 7, 11)
    kept = torch.tensor([True, False, True, True, False, True, False])
    k[:, ~kept], v[:, ~kept] = 1000 * k[:, ~kept], 1e9 * v[:, ~kept]
    what = "scaled_dot_product_attention(q, k, v, mask)"
    out, weights = pair(submission.scaled_dot_product_attention(q, k, v, kept[None]), what)
    want_out, want_weights = submission.scaled_dot_product_attention(q, k[:, kept], v[:, kept])
    check_tensor(weights, shape=(2, 5, 7), dtype=torch.float64, what="weights")
    compare((out, weights[..., kept]), (want_out, want_weights), "compared with attention to the allowed keys alone")
    # exactly: a weight of 1e-12 lets 1e9 through
    zeros = torch.zeros(2, 5, 3, dtype=torch.float64)
    assert_close(weights[..., ~kept], zeros, atol=0, what="the weights of forbidden keys")


@pytest.mark.points(1)
@pytest.mark.hint("Differentiate through a row that is all False; the gradient must be 0, not NaN.")
def test_scaled_dot_product_attention_nobody(submission, reference, rng):
    """scaled_dot_product_attention: no query may attend to anything; one may, in float32, with large scores"""
    for dtype, mask, atol in (
        (torch.float64, torch.zeros(5, 7, dtype=torch.bool), 0.0),  # exactly 0
        (torch.float32, torch.eye(5, 7, dtype=torch.bool) & (torch.arange(5) == 2)[:, None], 1e-3),  # one weight is 1
    ):
        # scores near 30·30·3/√3; the last two dimensions are transposed, so nothing is contiguous
        inputs = [(30 + torch.randn(2, 3, n, generator=rng)).to(dtype).mT.requires_grad_() for n in (5, 7, 7)]
        got = pair(submission.scaled_dot_product_attention(*inputs, mask), "scaled_dot_product_attention(…, mask)")
        want = reference.scaled_dot_product_attention(*inputs, mask)
        for name, g, w in zip(("out", "weights"), got, want, strict=True):
            assert_close(g, w, atol=atol, what=f"{name}, where all or nearly all is forbidden,")
        cotangents = [torch.randn(t.shape, generator=rng).to(dtype) for t in want]
        grads = vjp(got, inputs, cotangents, "scaled_dot_product_attention")
        wanted = torch.autograd.grad(want, inputs, cotangents, allow_unused=True, materialize_grads=True)
        for name, g, w in zip("qkv", grads, wanted, strict=True):
            assert_close(g, w, atol=atol, what=f"the gradient of {name}, where all or nearly all is forbidden,")


def heads(submission, reference, rng, d_model, num_heads):
    """The student's module and the reference's, with the same numbers."""
    mine = reference.MultiHeadAttention(d_model, num_heads).double()
    state = {name: 0.5 * normal(rng, *value.shape) for name, value in mine.state_dict().items()}
    mine.load_state_dict(state)
    theirs = submission.MultiHeadAttention(d_model, num_heads).double()
    shapes = {name: tuple(value.shape) for name, value in theirs.state_dict().items()}
    wanted = {name: tuple(value.shape) for name, value in state.items()}
    check_equal(shapes, wanted, what="the names and shapes in the state dict")
    theirs.load_state_dict(state)
    return theirs, mine


@pytest.mark.points(1)
@pytest.mark.hint("A padded key has the weight 0 in every head; its query does nothing to the others.")
def test_multi_head_attention_padding_invariance(submission, reference, rng):
    """MultiHeadAttention: what stands in the padding, and how much of it there is, changes nothing"""
    layer, _ = heads(submission, reference, rng, 6, 3)
    x = normal(rng, 2, 7, 6).requires_grad_()
    padding = torch.tensor([[False] * 4 + [True] * 3, [False] * 2 + [True] * 5])
    out, weights = pair(layer(x, padding), "MultiHeadAttention(6, 3)(x, key_padding_mask)")
    check_tensor(out, shape=(2, 7, 6), dtype=torch.float64, what="out")
    check_tensor(weights, shape=(2, 3, 7, 7), dtype=torch.float64, what="weights")
    other = torch.where(padding[..., None], 100 * normal(rng, 2, 7, 6), x.detach())
    changed, _ = layer(other, padding)
    what = "out at the real positions, after a change in the padding,"
    assert_close(changed[~padding], out[~padding].detach(), atol=1e-11, what=what)  # float64
    for i, length in enumerate((4, 2)):
        alone, alone_weights = layer(x.detach()[i : i + 1, :length])
        what = f"the real positions of sequence {i}, with padding and cut to its length:"
        want = out.detach()[i : i + 1, :length], weights.detach()[i : i + 1, :, :length, :length]
        compare((alone, alone_weights), want, what)
    cotangent = normal(rng, 2, 7, 6) * ~padding[..., None]
    (dx,) = torch.autograd.grad(out, x, cotangent)
    zeros = torch.zeros(int(padding.sum()), 6, dtype=torch.float64)
    what = "the gradient of the real outputs with respect to padded positions"
    assert_close(dx[padding], zeros, atol=0, what=what)  # exactly: there is no path


@pytest.mark.points("0.5")
@pytest.mark.hint("mask broadcasts to (N, H, L, L); the padding mask becomes (N, 1, 1, L).")
def test_multi_head_attention_masks_of_every_shape(submission, reference, rng):
    """MultiHeadAttention takes a mask for each sequence or each head, with rows where nothing is left"""
    layer, mine = heads(submission, reference, rng, 6, 3)
    x = normal(rng, 2, 5, 6)
    padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    for shape in ((2, 1, 5, 5), (2, 3, 5, 5), (3, 5, 5), (5, 5), (1, 5)):
        mask = torch.rand(shape, generator=rng) < 0.5
        mask.view(-1)[:5] = torch.tensor([False, False, False, True, True])  # with the padding: an empty row
        for given in (None, padding):
            what = f"MultiHeadAttention(6, 3)(x, {'None' if given is None else 'key_padding_mask'}, mask of {shape})"
            compare(pair(layer(x, given, mask), what), mine(x, given, mask), f"of {what}")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Nothing may depend on L, N or H being larger than 1, nor on x being contiguous.")
def test_multi_head_attention_edges(submission, reference, rng):
    """MultiHeadAttention: one head, as many heads as features, one sequence, one position, any strides"""
    for width, num_heads, shape in ((5, 1, (3, 2)), (3, 3, (2, 5)), (6, 2, (1, 1)), (4, 4, (4, 4)), (12, 4, (4, 3))):
        layer, mine = heads(submission, reference, rng, width, num_heads)
        x = normal(rng, shape[1], shape[0], width).transpose(0, 1)
        what = f"MultiHeadAttention({width}, {num_heads})(x) for x of shape {(*shape, width)}"
        compare(pair(layer(x), what), mine(x), f"of {what}")


@pytest.mark.points("0.5")
@pytest.mark.hint("Dropout and the like have no place here.")
def test_multi_head_attention_modes(submission, rng):
    """MultiHeadAttention does the same in training and in evaluation, twice over, and keeps float32"""
    layer = submission.MultiHeadAttention(8, 2)
    x = torch.randn(2, 5, 8, generator=rng)
    first = pair(layer.train()(x), "MultiHeadAttention(8, 2)(x)")
    check_tensor(first[0], shape=(2, 5, 8), dtype=torch.float32, what="out")
    check_tensor(first[1], shape=(2, 2, 5, 5), dtype=torch.float32, what="weights")
    want = tuple(t.detach() for t in first)
    compare(layer(x), want, "in a second call", atol=0)  # the same numbers, the same operations
    compare(layer.eval()(x), want, "after eval()", atol=0)
    sums = first[1].detach().sum(-1)
    assert_close(sums, torch.ones(2, 2, 5), atol=1e-5, what="the sums of the weights")  # float32
