"""The linear model and the mean squared error at their edges."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import assert_close, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


@pytest.mark.points("0.5")
def test_linear_shapes(submission, rng):
    """linear takes a batch of one, one feature, one output and transposed tensors"""
    for n, d, o in ((1, 3, 5), (7, 1, 2), (7, 3, 1), (1, 1, 1)):
        x, w, b = draw(rng, n, d), draw(rng, d, o), draw(rng, o)
        y = submission.linear(x, w, b)
        # float64 and at most 3 products
        assert_close(y, F.linear(x, w.T, b), atol=1e-12, what=f"linear for N={n}, D={d}, O={o}")
    x, w, b = draw(rng, 3, 7).T, draw(rng, 5, 3).T, draw(rng, 10)[::2]
    y = submission.linear(x, w, b)
    assert_close(y, F.linear(x, w.T, b), atol=1e-12, what="linear of tensors that are not contiguous")


@pytest.mark.points("0.5")
def test_mse_loss_shapes(submission, rng):
    """mse_loss takes tensors of any shape"""
    for shape in ((7,), (2, 3, 5), (1, 1), ()):
        pred, target = draw(rng, *shape), draw(rng, *shape)
        for reduction in ("mean", "sum", "none"):
            got = submission.mse_loss(pred, target, reduction=reduction)
            want = F.mse_loss(pred, target, reduction=reduction)
            # float64 and at most 30 squares
            what = f'mse_loss(pred, target, reduction="{reduction}") for the shape {shape}'
            assert_close(got, want, atol=1e-11, what=what)


@pytest.mark.points("0.5")
def test_linear_backward_batches(submission, rng):
    """linear_backward adds up, two batches give the sum of their gradients, and keeps float32"""
    x, w, dout = draw(rng, 11, 3), draw(rng, 5, 3).T, draw(rng, 5, 11).T
    dx, dw, db = submission.linear_backward(x, w, dout)
    check_tensor(dx, shape=(11, 3), dtype=torch.float64, what="dx")
    check_tensor(dw, shape=(3, 5), dtype=torch.float64, what="dw")
    check_tensor(db, shape=(5,), dtype=torch.float64, what="db")
    parts = [submission.linear_backward(x[rows], w, dout[rows]) for rows in (slice(0, 1), slice(1, 11))]
    # float64 and at most 11 products
    for i, (part, rows) in enumerate(zip(parts, (slice(0, 1), slice(1, 11)), strict=True)):
        assert_close(part[0], dx[rows], atol=1e-12, what=f"dx of part {i}, which is no other than in the whole")
    assert_close(parts[0][1] + parts[1][1], dw, atol=1e-12, what="the sum of dw over two parts of the batch")
    assert_close(parts[0][2] + parts[1][2], db, atol=1e-12, what="the sum of db over two parts of the batch")
    single = submission.linear_backward(x.float(), w.float(), dout.float())
    # float32 and sums of 11 products of order 1
    for name, got, want in zip(("dx", "dw", "db"), single, (dx, dw, db), strict=True):
        assert_close(got, want.float(), atol=1e-4, what=f"{name} in float32")
