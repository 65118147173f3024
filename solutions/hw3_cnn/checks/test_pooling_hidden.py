"""Max pooling and flattening at their edges."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


@pytest.mark.points("0.5")
def test_max_pool2d_edges(submission, rng):
    """max_pool2d takes negative images, one pixel, lists, and layouts of all kinds, and refuses a large kernel"""
    x = -5 - draw(rng, 2, 3, 7, 9).abs()
    for kernel, stride in ((1, 2), ([7, 9], None), ([2, 3], [3, 1]), (2, 5), ((1, 3), None)):
        want = F.max_pool2d(x, kernel, stride)
        what = f"max_pool2d(x, {kernel}, stride={stride}) of negative numbers"
        assert_close(submission.max_pool2d(x, kernel, stride), want, atol=0, what=what)  # values of x
    for other in (draw(rng, 7, 5, 3, 2).permute(3, 2, 1, 0), draw(rng, 1, 1, 12, 12)[:, :, ::2, ::3].float()):
        want = F.max_pool2d(other, 3, 1)
        what = f"max_pool2d of a tensor of shape {tuple(other.shape)} that is not contiguous"
        assert_close(submission.max_pool2d(other, 3, 1), want, atol=0, what=what)  # values of x
    for kernel in (8, 10, (8, 2), (2, 10)):
        try:
            submission.max_pool2d(x, kernel, 1)
        except ValueError:
            continue
        raise CheckFailed(f"max_pool2d of a 7 x 9 image with the kernel {kernel} must raise ValueError")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_max_pool2d_gradient_random(submission, rng):
    """max_pool2d has the right gradient for windows of all kinds, at ties too"""
    for _ in range(15):
        kernel, stride = (torch.randint(1, 5, (2,), generator=rng).tolist() for _ in range(2))
        height, width = (k + int(torch.randint(0, 6, (), generator=rng)) for k in kernel)
        x = torch.randint(-2, 3, (2, 3, height, width), generator=rng).double().requires_grad_()
        want = F.max_pool2d(x, kernel, stride)
        what = f"max_pool2d of {height} x {width} with kernel {kernel} and stride {stride}"
        y = submission.max_pool2d(x, tuple(kernel), tuple(stride))
        check_tensor(y, shape=tuple(want.shape), dtype=torch.float64, what=what)
        v = draw(rng, *want.shape)
        (expected,) = torch.autograd.grad(want, x, v)
        if not y.requires_grad:
            raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
        (got,) = torch.autograd.grad(y, x, v)
        assert_close(got, expected, atol=1e-12, what=f"the gradient of {what}")  # sums of at most 16 numbers


@pytest.mark.points("0.5")
def test_flatten_edges(submission, rng):
    """flatten takes an empty batch, one dimension and tensors that are not contiguous, and has a gradient"""
    for shape, start, want in (((0, 3, 2, 2), 1, (0, 12)), ((2, 0, 3), 1, (2, 0)), ((0, 3, 2), 2, (0, 3, 2))):
        got = submission.flatten(torch.zeros(shape), start)
        check_tensor(got, shape=want, dtype=torch.float32, what=f"flatten of shape {shape} from {start}")
    x = draw(rng, 5, 3, 2).permute(2, 1, 0).requires_grad_()
    y = submission.flatten(x)
    assert_close(y.detach(), x.detach().reshape(2, 15), atol=0, what="flatten of a transposed tensor")  # exact
    v = draw(rng, 2, 15)
    if not y.requires_grad:
        raise CheckFailed("flatten(x) is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    (got,) = torch.autograd.grad(y, x, v)
    assert_close(got, v.reshape(2, 3, 5), atol=0, what="the gradient of flatten")  # exact
    labels = torch.arange(6).reshape(2, 3)
    assert_close(submission.flatten(labels, 0), torch.arange(6), atol=0, what="flatten of whole numbers")
