"""Pooling and AM-softmax: padding, large scores, edges."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import assert_close, assert_unchanged, check_equal, check_tensor

pytestmark = pytest.mark.hidden


def normal(rng, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def pooling(submission, reference, rng, d):
    """The student's module and the reference's, with the same numbers."""
    mine, theirs = reference.SelfAttentionPooling(d).double(), submission.SelfAttentionPooling(d).double()
    shapes = {name: tuple(value.shape) for name, value in theirs.state_dict().items()}
    check_equal(shapes, {"w.weight": (1, d)}, what="the names and shapes in the state dict")
    state = {"w.weight": normal(rng, 1, d)}
    mine.load_state_dict(state)
    theirs.load_state_dict(state)
    return theirs, mine


@pytest.mark.points("0.5")
@pytest.mark.hint("A softmax over nothing but −inf is NaN, and so is its gradient.")
def test_self_attention_pooling_all_padding(submission, reference, rng):
    """SelfAttentionPooling: a sequence that is all padding gives zeros, and gradients without NaN"""
    layer, mine = pooling(submission, reference, rng, 3)
    h = normal(rng, 3, 5, 3).requires_grad_()
    pad = torch.tensor([[True] * 5, [False] * 3 + [True] * 2, [True] * 4 + [False]])
    what = "SelfAttentionPooling(3)(h, pad), the first sequence all padding"
    got, want = layer(h, pad), mine(h, pad)
    assert_close(got, want, atol=1e-12, what=what)  # float64, sums of five products
    v = normal(rng, 3, 3)
    (dh,), (wanted,) = torch.autograd.grad(got, h, v), torch.autograd.grad(want, h, v)
    assert_close(dh, wanted, atol=1e-11, what=f"the gradient of {what}")  # float64


@pytest.mark.points("0.5")
@pytest.mark.hint("A mean knows no order, and padding no weight.")
def test_self_attention_pooling_invariance(submission, reference, rng):
    """SelfAttentionPooling sees neither the order nor the padding, and survives scores of ±1000"""
    layer, _ = pooling(submission, reference, rng, 3)
    h, pad = normal(rng, 2, 5, 3), torch.tensor([[False] * 4 + [True]] * 2)
    want = check_tensor(
        layer(h, pad), shape=(2, 3), dtype=torch.float64, what="SelfAttentionPooling(3)(h, pad)"
    ).detach()
    order = torch.tensor([3, 4, 0, 2, 1])
    assert_close(layer(h[:, order], pad[:, order]), want, atol=1e-12, what="the result for permuted frames")  # float64
    assert_close(layer(h[:, :4]), want, atol=1e-12, what="the result without the padding")  # float64
    noise = 1000 * pad[..., None]
    assert_close(layer(h + noise, pad), want, atol=1e-12, what="the result after a change in the padding")  # float64
    layer.load_state_dict({"w.weight": torch.tensor([[1000.0, 0.0, 0.0]], dtype=torch.float64)})
    frames = torch.tensor([[[-1.0, 2.0, 3.0], [1.0, 5.0, 7.0], [0.5, 1.0, 1.0]]], dtype=torch.float64).requires_grad_()
    y = layer(frames)
    assert_close(y, frames.detach()[:, 1], atol=1e-12, what="the result for scores of ±1000")  # one weight is 1
    (grad,) = torch.autograd.grad(y.sum(), frames)
    check_tensor(grad, shape=(1, 3, 3), dtype=torch.float64, what="the gradient for scores of ±1000")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("m = 0 is the cross-entropy of s·cos.")
def test_am_softmax_special_cases(submission, rng):
    """am_softmax: no margin is cross-entropy, one speaker costs nothing, a batch of one, float64 throughout"""
    cos = torch.rand(7, 5, dtype=torch.float64, generator=rng) * 1.8 - 0.9
    y = torch.randint(5, (7,), generator=rng)
    got = submission.am_softmax(cos, y, 30.0, 0.0)
    # float64: cosines that went through float32 are off by 1e-7
    assert_close(got, F.cross_entropy(30 * cos, y), atol=1e-11, what="am_softmax without a margin")
    # all cosines equal: log(1 + (C − 1)·e^(s·m))
    equal = submission.am_softmax(torch.full((1, 5), 0.3, dtype=torch.float64), torch.tensor([2]), 10.0, 0.35)
    want = (1 + 4 * torch.tensor(3.5, dtype=torch.float64).exp()).log()
    assert_close(equal, want, atol=1e-11, what="am_softmax for five equal cosines")  # float64
    got = submission.am_softmax(cos[:, :1].T.contiguous().T, torch.zeros(7, dtype=torch.int64), 30.0, 0.35)
    assert_close(got, torch.tensor(0.0, dtype=torch.float64), atol=1e-12, what="am_softmax for a single speaker")
    assert_unchanged(submission)
