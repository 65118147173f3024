"""Sigmoid, binary cross-entropy and the gradients by hand at their edges."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


@pytest.mark.points("0.5")
def test_sigmoid_shapes(submission, rng):
    """sigmoid takes any shape, zeros of integers' size and tensors that are not contiguous, and is symmetric"""
    for shape in ((), (1,), (2, 3, 5)):
        z = 5 * draw(rng, *shape)
        p = submission.sigmoid(z)
        # float64 and a handful of operations
        assert_close(p, torch.sigmoid(z), atol=1e-14, what=f"sigmoid for the shape {shape}")
        assert_close(submission.sigmoid(-z), 1 - p, atol=1e-14, what="sigmoid(−z), which is 1 − sigmoid(z)")
    z = draw(rng, 7, 6).T[::2]
    what = "sigmoid of a tensor that is not contiguous"
    assert_close(submission.sigmoid(z), torch.sigmoid(z), atol=1e-14, what=what)
    z = torch.zeros(3, 2)
    assert_close(submission.sigmoid(z), torch.full((3, 2), 0.5), atol=1e-7, what="sigmoid of zeros")


@pytest.mark.points("0.5")
def test_binary_cross_entropy_gradient_at_ends(submission):
    """binary_cross_entropy has a finite gradient where p is 0 or 1, and the right one close to that"""
    for dtype in (torch.float32, torch.float64):
        p = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.25, 0.5], dtype=dtype, requires_grad=True)
        t = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.0], dtype=dtype)
        loss = check_tensor(submission.binary_cross_entropy(p, t), shape=(), dtype=dtype)
        if not loss.requires_grad:
            raise CheckFailed("binary_cross_entropy(p, t) is cut off from autograd")
        (got,) = torch.autograd.grad(loss, p)
        check_tensor(got, shape=(6,), dtype=dtype, what="the gradient with respect to p, where some p are 0 or 1")
        # at the ends any finite number will do
        want = torch.tensor([-4.0, 2.0], dtype=dtype) / 6
        assert_close(got[4:], want, atol=1e-6, what="the gradient where p is 0.25 and 0.5, beside p of 0 and 1")
    p = torch.tensor([1e-5, 1e-8, 1 - 1e-5, 1 - 1e-8, 1e-5], dtype=torch.float64, requires_grad=True)
    t = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0], dtype=torch.float64)
    (got,) = torch.autograd.grad(submission.binary_cross_entropy(p, t), p)
    q = p.detach()
    want = (q - t) / (q * (1 - q)) / 5
    # 1 − p has lost half of its digits at p = 1 − 1e-8
    assert_close(got, want, atol=1e-9, rtol=1e-6, what="the gradient where p is 1e-5 or 1e-8 away from 0 or 1")


@pytest.mark.points("0.5")
def test_binary_cross_entropy_soft(submission, rng):
    """binary_cross_entropy takes targets between 0 and 1, and any shape"""
    for shape in ((), (1,), (5,), (2, 3, 5)):
        p, t = (torch.rand(shape, generator=rng, dtype=torch.float64) * 0.9 + 0.05 for _ in range(2))
        got = submission.binary_cross_entropy(p, t)
        # float64 and at most 30 logarithms
        what = f"binary_cross_entropy with soft targets of the shape {shape}"
        mistakes = {"Targets may lie between 0 and 1: don't round them.": F.binary_cross_entropy(p, t.round())}
        assert_close(got, F.binary_cross_entropy(p, t), atol=1e-12, what=what, mistakes=mistakes)
    p = torch.tensor([1e-30, 1.0, 0.5, 1e-60], dtype=torch.float64)
    t = torch.tensor([0.5, 0.25, 1.0, 1.0], dtype=torch.float64)
    got = submission.binary_cross_entropy(p, t)
    what = "binary_cross_entropy for p = 1e-30, 1, 0.5 and 1e-60 (each logarithm is at least −100)"
    assert_close(got, F.binary_cross_entropy(p, t), atol=1e-9, what=what)
    # float32 keeps its dtype
    p, t = torch.rand(7, generator=rng) * 0.9 + 0.05, torch.rand(7, generator=rng)
    got = submission.binary_cross_entropy(p, t)
    assert_close(got, F.binary_cross_entropy(p, t), atol=1e-5, what="binary_cross_entropy in float32")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_logistic_grad_batches(submission, rng):
    """logistic_grad takes one row and transposed tensors, and averages over the parts of a batch"""
    x, w, b = draw(rng, 3, 11).T, draw(rng, 6)[::2], draw(rng)
    y = (torch.rand(11, generator=rng) < 0.5).double()
    whole = submission.logistic_grad(x, y, w, b)
    check_tensor(whole[0], shape=(3,), dtype=torch.float64, what="dw")
    check_tensor(whole[1], shape=(), dtype=torch.float64, what="db")
    first = submission.logistic_grad(x[:1], y[:1], w, b)
    rest = submission.logistic_grad(x[1:], y[1:], w, b)
    # float64 and sums of 11 products
    for name, total, one, ten in zip(("dw", "db"), whole, first, rest, strict=True):
        what = f"{name} of one row, out of those of 11 and of the 10 others"
        assert_close(one, 11 * total - 10 * ten, atol=1e-11, what=what)
    single = submission.logistic_grad(x.float(), y.float(), w.float(), b.float())
    # float32
    for name, got, want in zip(("dw", "db"), single, whole, strict=True):
        assert_close(got, want.float(), atol=1e-5, what=f"{name} in float32")


@pytest.mark.points("0.5")
def test_mse_logit_grad_vanishes(submission, rng):
    """mse_logit_grad vanishes for z = ±1000, keeps the shape, and is what autograd finds"""
    z = torch.tensor([[1000.0, -1000.0], [1000.0, -1000.0]])
    t = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    got = submission.mse_logit_grad(z, t)
    assert_close(got, torch.zeros(2, 2), atol=1e-7, what="mse_logit_grad for z = ±1000")
    z, t = draw(rng, 2, 3, 5).requires_grad_(), torch.rand(2, 3, 5, generator=rng, dtype=torch.float64)
    (want,) = torch.autograd.grad((torch.sigmoid(z) - t).square().sum(), z)
    got = submission.mse_logit_grad(z.detach(), t)
    # float64 and a handful of operations
    assert_close(got, want, atol=1e-12, what="mse_logit_grad for the shape (2, 3, 5)")
