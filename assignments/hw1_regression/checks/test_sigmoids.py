"""Piecewise linear curves: the hard sigmoid and the sum of sigmoids."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


def ramp(z):
    """torch.nn.functional.hardsigmoid, whose gradient in float64 has the digits of float32 only."""
    return (z / 6 + 0.5).clamp(0, 1)


@pytest.mark.points(1)
@pytest.mark.hint(
    "First z = b + w·x; the ramp rises from z = −3 to z = 3.",
    "c/6 · [ReLU(z + 3) − ReLU(z − 3)]: one ReLU starts the ramp, the other one ends it.",
)
def test_hard_sigmoid_value(submission, rng):
    """hard_sigmoid is a ramp from 0 to c, made of two ReLUs"""
    x = torch.linspace(-6, 6, 31)
    w, b, c = (1 + torch.rand(3, generator=rng)).tolist()  # in (1, 2): flat, ramp, flat again
    y = submission.hard_sigmoid(x, w, -b, 2 * c)
    z = w * x - b
    mistakes = {
        "That is the soft sigmoid.": 2 * c * torch.sigmoid(z),
        "The ramp runs from z = 0 to z = 1; PyTorch's hardsigmoid runs from z = −3 to z = 3.": 2 * c * z.clamp(0, 1),
        "The height c is missing.": ramp(z),
        "w and b are mixed up: z = b + w·x.": 2 * c * ramp(-b * x + w),
        "The second ReLU is missing: the ramp never ends.": c / 3 * (z + 3).clamp(min=0),
    }
    # float32 and values up to 4
    what = "hard_sigmoid(x, w, b, c)"
    assert_close(y, 2 * c * ramp(z), atol=1e-5, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("w, b and c may be tensors that need a gradient: don't turn them into numbers.")
def test_hard_sigmoid_gradient(submission, rng):
    """hard_sigmoid can be differentiated with respect to x, w, b and c"""
    w, b, c = (1 + torch.rand(3, generator=rng, dtype=torch.float64)).unbind()
    # at the two kinks, z = ±3, there is no derivative: stay away from them
    z = torch.tensor([-9.0, -4.1, -2.7, -1.3, 0.2, 1.9, 2.8, 3.4, 8.0], dtype=torch.float64)
    inputs = [t.clone().requires_grad_() for t in ((z - b) / w, w, b, c)]
    v = torch.randn(9, generator=rng, dtype=torch.float64)
    y = submission.hard_sigmoid(*inputs)
    check_tensor(y, shape=(9,), dtype=torch.float64, what="hard_sigmoid(x, w, b, c)")
    got = vjp(y, inputs, v, "hard_sigmoid(x, w, b, c)")
    x, w, b, c = inputs
    want = torch.autograd.grad(c * ramp(w * x + b), inputs, v)
    for name, g, expected in zip("xwbc", got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # F.hardsigmoid's own backward takes 1/6 from float32, in float64 too: it is off by up to 1e-6
        assert_close(g, expected, atol=1e-5, what=f"the gradient with respect to {name}", mistakes=mistakes)


def curve(x, c, b, w, bias, squash):
    return sum((ck * squash(wk * x + bk) for ck, bk, wk in zip(c, b, w, strict=True)), torch.zeros_like(x)) + bias


def soft(z):
    return (1 + torch.tanh(z / 2)) / 2  # the sigmoid in other words


@pytest.mark.points(1)
@pytest.mark.hint("x[:, None] is (N, 1): with w (K,) it makes a table (N, K).", "Sum over k, not over n.")
def test_sum_of_sigmoids_value(submission, rng):
    """sum_of_sigmoids adds the constant and K soft sigmoids"""
    x = 2 * torch.randn(7, generator=rng)
    c, b, w = (torch.randn(3, generator=rng) + s for s in (2, 1, -1))
    bias = 1.5
    y = submission.sum_of_sigmoids(x, c, b, w, bias)
    mistakes = {
        "The constant bias is missing.": curve(x, c, b, w, 0.0, soft),
        "The constant bias is added once per sigmoid.": curve(x, c, b, w, 3 * bias, soft),
        "These are hard sigmoids; take the soft ones.": curve(x, c, b, w, bias, ramp),
        "The heights c are missing.": curve(x, torch.ones(3), b, w, bias, soft),
        "b and w are mixed up; the order is x, c, b, w, bias.": curve(x, c, w, b, bias, soft),
        "c and w are mixed up; the order is x, c, b, w, bias.": curve(x, w, b, c, bias, soft),
    }
    # float32 and three terms of order 3
    what = "sum_of_sigmoids(x, c, b, w, bias)"
    assert_close(y, curve(x, c, b, w, bias, soft), atol=2e-5, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Use tensor operations only; bias may be a tensor that needs a gradient.")
def test_sum_of_sigmoids_gradient(submission, rng):
    """sum_of_sigmoids can be differentiated with respect to all its arguments"""
    shapes = ((7,), (3,), (3,), (3,), ())
    inputs = [torch.randn(s, generator=rng, dtype=torch.float64, requires_grad=True) for s in shapes]
    v = torch.randn(7, generator=rng, dtype=torch.float64)
    y = submission.sum_of_sigmoids(*inputs)
    check_tensor(y, shape=(7,), dtype=torch.float64, what="sum_of_sigmoids(x, c, b, w, bias)")
    got = vjp(y, inputs, v, "sum_of_sigmoids(x, c, b, w, bias)")
    want = torch.autograd.grad(curve(*inputs, soft), inputs, v)
    for name, g, expected in zip(("x", "c", "b", "w", "bias"), got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64 and sums of at most 21 products: rounding is near 1e-15
        assert_close(g, expected, atol=1e-12, what=f"the gradient with respect to {name}", mistakes=mistakes)
