"""Value and gradient of each of the three functions, in float32."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import assert_close

# Sums of some ten float32 numbers of size one: rounding differs by about 1e-6 between right implementations.
LOOSE = {"atol": 1e-5, "rtol": 1e-5}
TIGHT = {"atol": 1e-6, "rtol": 1e-5}


def regression(rng):
    """w (8,), b (), x (32, 8), y (32,)."""
    return [torch.randn(shape, generator=rng) for shape in ((8,), (), (32, 8), (32,))]


@pytest.mark.points(1)
@pytest.mark.hint("Mean, not sum.")
def test_loss_value(submission, rng):
    """linear_regression_loss is the mean squared error"""
    w, b, x, y = regression(rng)
    assert_close(
        submission.linear_regression_loss(w, b, x, y),
        F.mse_loss(x @ w + b, y),
        **LOOSE,
        what="linear_regression_loss(w, b, x, y)",
        mistakes={"Divide by the number of rows.": F.mse_loss(x @ w + b, y, reduction="sum")},
    )


@pytest.mark.points(1)
def test_loss_grad(submission, rng):
    """linear_regression_loss has the right gradient for w and b"""
    w, b, x, y = regression(rng)
    w.requires_grad_()
    b.requires_grad_()
    dw, db = torch.autograd.grad(submission.linear_regression_loss(w, b, x, y), (w, b))
    r = (x @ w + b - y).detach()
    assert_close(dw, 2 * x.T @ r / 32, **LOOSE, what="dL/dw")
    assert_close(db, 2 * r.mean(), **LOOSE, what="dL/db")


@pytest.mark.points(1)
@pytest.mark.hint("exp(1000) is infinite in float32.", "softmax(z) = softmax(z − max z).")
def test_softmax_value(submission, rng):
    """softmax is right, for large inputs too"""
    z = torch.randn(4, 7, generator=rng) * 3
    assert_close(submission.softmax(z), torch.softmax(z, dim=-1), **TIGHT, what="softmax(z)")
    big = z + 1000.0  # both sides see the same rounded numbers
    assert_close(submission.softmax(big), torch.softmax(big, dim=-1), atol=1e-3, what="softmax(z + 1000)")


@pytest.mark.points(1)
def test_softmax_grad(submission, rng):
    """softmax has the right gradient"""
    z = torch.randn(4, 7, generator=rng).requires_grad_()
    c = torch.randn(4, 7, generator=rng)
    (got,) = torch.autograd.grad((submission.softmax(z) * c).sum(), z)
    (want,) = torch.autograd.grad((torch.softmax(z, dim=-1) * c).sum(), z)
    assert_close(got, want, **TIGHT, what="d softmax / dz")


@pytest.mark.points(1)
@pytest.mark.hint("Divide by √d before the softmax, and mask before it too.")
def test_attention_value(submission, rng):
    """scaled_dot_product_attention is right, with and without a mask"""
    q, k, v = (torch.randn(2, 4, 16, 8, generator=rng) for _ in range(3))
    mask = torch.ones(16, 16, dtype=torch.bool).tril()
    attention = submission.scaled_dot_product_attention
    assert_close(attention(q, k, v), F.scaled_dot_product_attention(q, k, v), **LOOSE, what="attention(q, k, v)")
    want = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert_close(attention(q, k, v, mask), want, **LOOSE, what="attention(q, k, v, mask)")


@pytest.mark.points(1)
def test_attention_grad(submission, rng):
    """scaled_dot_product_attention has the right gradient for q, k and v"""
    q, k, v = (torch.randn(2, 4, 16, 8, generator=rng).requires_grad_() for _ in range(3))
    c = torch.randn(2, 4, 16, 8, generator=rng)
    got = torch.autograd.grad((submission.scaled_dot_product_attention(q, k, v) * c).sum(), (q, k, v))
    want = torch.autograd.grad((F.scaled_dot_product_attention(q, k, v) * c).sum(), (q, k, v))
    for name, g, w in zip("qkv", got, want, strict=True):
        assert_close(g, w, **LOOSE, what=f"d attention / d{name}")
