"""The linear model, the mean squared error and the gradients by hand."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


@pytest.mark.points(1)
@pytest.mark.hint("w is (D, O): (N, D) @ (D, O) gives (N, O).", "b is (O,): it is added to every row.")
def test_linear_value(submission, rng):
    """linear computes x w + b"""
    x, w, b = (torch.randn(*shape, generator=rng) for shape in ((7, 3), (3, 5), (5,)))
    y = submission.linear(x, w, b)
    mistakes = {
        "The bias b is missing.": F.linear(x, w.T),
        "The bias b is subtracted.": F.linear(x, w.T, -b),
    }
    # float32: three products of order 1 are summed, in an order of the student's choice
    assert_close(y, F.linear(x, w.T, b), atol=1e-5, what="linear(x, w, b)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Use tensor operations only, from the arguments to the result.")
def test_linear_gradient(submission, rng):
    """linear can be differentiated with respect to x, w and b"""
    shapes = ((7, 3), (3, 5), (5,))
    x, w, b = (torch.randn(*s, generator=rng, dtype=torch.float64, requires_grad=True) for s in shapes)
    v = torch.randn(7, 5, generator=rng, dtype=torch.float64)
    y = submission.linear(x, w, b)
    check_tensor(y, shape=(7, 5), dtype=torch.float64, what="linear(x, w, b)")
    got = vjp(y, (x, w, b), v, "linear(x, w, b)")
    want = torch.autograd.grad(F.linear(x, w.T, b), (x, w, b), v)
    for name, g, expected in zip("xwb", got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64 and sums of at most 7 products: rounding is near 1e-15
        assert_close(g, expected, atol=1e-12, what=f"the gradient with respect to {name}", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("Over which elements do you average?", "The mean divides by N·O: all elements, not rows.")
def test_mse_loss_value(submission, rng):
    """mse_loss averages the squared errors of all elements"""
    pred, target = torch.randn(7, 3, generator=rng), torch.randn(7, 3, generator=rng)
    loss = submission.mse_loss(pred, target)
    squares = (pred - target).square()
    mistakes = {
        "The squared errors are summed, not averaged.": squares.sum(),
        "The sum is divided by the rows N, not by all N·O elements.": squares.sum() / 7,
        "There is no factor 1/2 in this loss.": squares.mean() / 2,
        "That is the root of the mean squared error; leave out the root.": squares.mean().sqrt(),
        "That is the mean absolute error; square the errors.": F.l1_loss(pred, target),
    }
    # float32: 21 squares of order 1 are averaged
    what = "mse_loss(pred, target)"
    assert_close(loss, F.mse_loss(pred, target), atol=1e-5, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint('"none" keeps the shape; "sum" and "mean" return a tensor of shape ().')
def test_mse_loss_reductions(submission, rng):
    """mse_loss knows the reductions "sum" and "none" and refuses others"""
    pred, target = torch.randn(7, 3, generator=rng), torch.randn(7, 3, generator=rng)
    for reduction in ("none", "sum"):
        got = submission.mse_loss(pred, target, reduction)
        want = F.mse_loss(pred, target, reduction=reduction)
        mistakes = {f'reduction="{reduction}" is ignored: that is the mean.': F.mse_loss(pred, target)}
        # float32: a sum of 21 squares, up to about 100
        what = f'mse_loss(pred, target, "{reduction}")'
        assert_close(got, want, atol=1e-4, what=what, mistakes=mistakes)
    try:
        submission.mse_loss(pred, target, "median")
    except ValueError:
        return
    raise CheckFailed('mse_loss(pred, target, "median") must raise ValueError: there is no such reduction')


@pytest.mark.points("0.5")
@pytest.mark.hint("Is the result a tensor that was computed from pred and target?")
def test_mse_loss_gradient(submission, rng):
    """mse_loss can be differentiated with respect to pred and target"""
    pred, target = (torch.randn(5, 3, generator=rng, dtype=torch.float64, requires_grad=True) for _ in range(2))
    v = torch.randn((), generator=rng, dtype=torch.float64)
    loss = submission.mse_loss(pred, target)
    check_tensor(loss, shape=(), dtype=torch.float64, what="mse_loss(pred, target)")
    got = vjp(loss, (pred, target), v, "mse_loss(pred, target)")
    want = torch.autograd.grad(F.mse_loss(pred, target), (pred, target), v)
    for name, g, expected in zip(("pred", "target"), got, want, strict=True):
        # float64, elementwise: rounding is near 1e-16
        assert_close(
            g,
            expected,
            atol=1e-12,
            what=f"the gradient with respect to {name}",
            mistakes={f"No gradient reaches {name}.": 0.0, "The sign is wrong.": -expected},
        )


@pytest.mark.points(2)
@pytest.mark.hint(
    "Compare the shapes: dx is (N, D), dw is (D, O), db is (O,); which products of dout, x, w give them?",
    "Each example adds its part to dw and db: sum over n, don't average.",
)
def test_linear_backward_value(submission, rng):
    """linear_backward returns dx, dw and db, as autograd has them"""
    x, w, b, dout = (
        torch.randn(*shape, generator=rng, dtype=torch.float64) for shape in ((7, 3), (3, 5), (5,), (7, 5))
    )
    grads = check_type(submission.linear_backward(x, w, dout), tuple, what="linear_backward(x, w, dout)")
    check_equal(len(grads), 3, what="the number of gradients")
    leaves = [t.clone().requires_grad_() for t in (x, w, b)]
    want = torch.autograd.grad(F.linear(leaves[0], leaves[1].T, leaves[2]), leaves, dout)
    for name, g, expected in zip(("dx", "dw", "db"), grads, want, strict=True):
        mistakes = {
            "Transpose, don't reshape: dw = xᵀ dout.": (dout.T @ x).reshape(3, 5),
            f"{name} is divided by N, but a mean in the loss is already in dout.": expected / 7,
            f"{name} has the opposite sign.": -expected,
        }
        # float64 and sums of at most 7 products: rounding is near 1e-15
        assert_close(g, expected, atol=1e-12, what=name, mistakes=mistakes)
    assert_unchanged(submission)
