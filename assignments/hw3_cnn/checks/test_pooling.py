"""Max pooling and flattening."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


def refused(call, error, what):
    """Passes if call() raises error."""
    try:
        call()
    except error:
        return
    raise CheckFailed(f"{what} must raise {error.__name__}")


@pytest.mark.points(1)
@pytest.mark.hint("Windows lie side by side if stride is None: window (i, j) begins at row kh·i, column kw·j.")
def test_max_pool2d_value(submission, rng):
    """max_pool2d takes the largest value of each window"""
    x = draw(rng, 2, 3, 8, 9)
    for kernel in (2, 3, (2, 3), (4, 1)):
        got = submission.max_pool2d(x, kernel)
        pair = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        mistakes = {
            "That is average pooling.": F.avg_pool2d(x, kernel),
            "That is the smallest value.": -F.max_pool2d(-x, kernel),
            "stride=None stands for the kernel's size, not for 1.": F.max_pool2d(x, kernel, 1),
            "stride=None stands for the kernel's size, not for 2.": F.max_pool2d(x, kernel, 2),
            "The pair is (vertical, horizontal): rows first.": F.max_pool2d(x, pair[::-1]),
            "The maximum runs over the channels too; each channel has its own.": (
                F.max_pool2d(x.amax(dim=1, keepdim=True), kernel).expand(-1, 3, -1, -1)
            ),
            "Values below 0 count as 0: a maximum may be negative.": F.max_pool2d(x, kernel).clamp(min=0),
        }
        # values of x themselves
        assert_close(got, F.max_pool2d(x, kernel), atol=0, what=f"max_pool2d(x, {kernel})", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("H' = ⌊(H − kh)/s_h⌋ + 1: what is left over is dropped.", "A pair is (vertical, horizontal).")
def test_max_pool2d_stride(submission, rng):
    """max_pool2d knows strides, as an int or a pair, and drops what is left over"""
    x = draw(rng, 2, 3, 8, 10)
    for kernel, stride in ((3, 2), (2, 3), (3, None), ((3, 2), (1, 3)), (2, (3, 1)), ((2, 4), 1)):
        got = submission.max_pool2d(x, kernel, stride)
        sh, sw = (kernel if stride is None else stride), (kernel if stride is None else stride)
        sh, sw = (sh[0], sw[1]) if isinstance(sh, tuple) else (sh, sw)
        mistakes = {
            "What is left over is dropped: H' and W' are rounded down.": F.max_pool2d(
                x, kernel, stride, ceil_mode=True
            ),
            "The stride is ignored.": F.max_pool2d(x, kernel),
            "The pair is (vertical, horizontal): rows first.": F.max_pool2d(x, kernel, (sw, sh)),
        }
        # values of x themselves
        what = f"max_pool2d(x, {kernel}, stride={stride})"
        assert_close(got, F.max_pool2d(x, kernel, stride), atol=0, what=what, mistakes=mistakes)


@pytest.mark.points("0.75")
@pytest.mark.hint("Use tensor operations only, from x to the result; indexing and max() are differentiable.")
def test_max_pool2d_gradient(submission, rng):
    """max_pool2d gives the gradient to the maximum, and the sum to a maximum of several windows"""
    for kernel, stride in ((2, 2), (3, 1), ((3, 2), (1, 2))):
        x = draw(rng, 2, 3, 6, 7).requires_grad_()
        want = F.max_pool2d(x, kernel, stride)
        y = submission.max_pool2d(x, kernel, stride)
        what = f"max_pool2d(x, {kernel}, stride={stride})"
        check_tensor(y, shape=tuple(want.shape), dtype=torch.float64, what=what)
        v = draw(rng, *want.shape)
        (got,) = vjp(y, (x,), v, what)
        (expected,) = torch.autograd.grad(want, x, v)
        (mean,) = torch.autograd.grad(F.avg_pool2d(x, kernel, stride), x, v)
        (ones,) = torch.autograd.grad(F.max_pool2d(x, kernel, stride), x, torch.ones_like(v))
        mistakes = {
            "No gradient reaches x.": 0.0,
            "The gradient is spread over the window; it belongs to the maximum alone.": mean,
            "The gradient that comes in is ignored.": ones,
        }
        # float64 and sums of at most 9 numbers
        assert_close(got, expected, atol=1e-12, what=f"the gradient of {what}", mistakes=mistakes)


@pytest.mark.points("0.75")
@pytest.mark.hint(
    "amax splits the gradient at a tie; max(dim=…) gives it to one place.",
    "The first place row by row: flatten a window with its rows one after the other, then take the first maximum.",
)
def test_max_pool2d_ties(submission, rng):
    """max_pool2d gives the whole gradient to the first maximum where several are equal"""
    # Whole numbers from a small range, and zeros as after a ReLU: ties in most windows.
    x = torch.randint(-3, 3, (2, 3, 6, 8), generator=rng).double().clamp(min=0).requires_grad_()
    for kernel, stride in ((2, 2), (3, 3), ((2, 3), 1)):
        want = F.max_pool2d(x, kernel, stride)
        y = submission.max_pool2d(x, kernel, stride)
        what = f"max_pool2d(x, {kernel}, stride={stride})"
        check_tensor(y, shape=tuple(want.shape), dtype=torch.float64, what=what)
        v = draw(rng, *want.shape)
        (got,) = vjp(y, (x,), v, what)
        (expected,) = torch.autograd.grad(want, x, v)
        (kh, kw), (sh, sw) = ((k, k) if isinstance(k, int) else k for k in (kernel, stride))
        windows = x.unfold(2, kh, sh).unfold(3, kw, sw)
        (split,) = torch.autograd.grad(windows.amax(dim=(-2, -1)), x, v)
        (columns,) = torch.autograd.grad(windows.transpose(-2, -1).flatten(-2).max(dim=-1).values, x, v)
        (last,) = torch.autograd.grad(windows.flatten(-2).flip(-1).max(dim=-1).values, x, v)
        hits = (windows == windows.amax(dim=(-2, -1), keepdim=True)).double()
        (every,) = torch.autograd.grad(windows, x, v[..., None, None] * hits)
        mistakes = {
            "The gradient is split among equal maxima; the first one gets all of it.": split,
            "Every one of several equal maxima gets the whole gradient; the first one alone gets it.": every,
            "The gradient goes to the last of several equal maxima; it goes to the first.": last,
            "The first of several equal maxima is found column by column; go row by row.": columns,
        }
        # float64 and sums of at most 6 numbers
        assert_close(got, expected, atol=1e-12, what=f"the gradient of {what} at ties", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("Keep the sizes before start_dim, and multiply those from it on.")
def test_flatten_value(submission, rng):
    """flatten makes one dimension of all from start_dim on, in order"""
    x = draw(rng, 2, 3, 5, 7)
    mistakes = {
        "The pixels are in the order (H, W, C); keep that of the tensor.": x.permute(0, 2, 3, 1).reshape(2, -1),
        "The batch is flattened too: start_dim is 1 by default.": x.reshape(-1),
    }
    assert_close(submission.flatten(x), x.reshape(2, 105), atol=0, what="flatten(x)", mistakes=mistakes)  # exact
    for start, shape in ((0, (210,)), (2, (2, 3, 35)), (3, (2, 3, 5, 7))):
        what, mistakes = f"flatten(x, {start})", {"start_dim is ignored.": x.reshape(2, 105)}
        assert_close(submission.flatten(x, start), x.reshape(shape), atol=0, what=what, mistakes=mistakes)  # exact
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Python's % makes −1 of 4 dimensions a 3.", "Test the range before you slice: a slice never raises.")
def test_flatten_start(submission, rng):
    """flatten counts a negative start_dim from the end and refuses one out of range"""
    x = draw(rng, 2, 3, 5, 7)
    for start, shape in ((-1, (2, 3, 5, 7)), (-2, (2, 3, 35)), (-4, (210,))):
        got = submission.flatten(x, start_dim=start)
        assert_close(got, x.reshape(shape), atol=0, what=f"flatten(x, start_dim={start})")  # exact
    for start in (4, 5, -5):
        text = f"flatten of a tensor with 4 dimensions from start_dim={start}"
        refused(lambda s=start: submission.flatten(x, s), IndexError, text)
    check_equal(tuple(submission.flatten(draw(rng, 5), 0).shape), (5,), what="the shape of flatten of (5,) from 0")
