"""The spatial transformer at its edges, and both of its parts together."""

import math

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def sampled(x, grid):
    return F.grid_sample(x, grid, align_corners=False)


@pytest.mark.points("0.5")
def test_affine_grid_sizes(submission, rng):
    """affine_grid takes any size, as tuple, list or torch.Size, keeps float32, and refuses a wrong N"""
    for size in ((1, 1, 1, 1), [2, 3, 1, 7], torch.Size([2, 1, 5, 1]), (3, 4, 11, 2)):
        theta = draw(rng, 3, 2, size[0]).permute(2, 1, 0)
        want = F.affine_grid(theta, list(size), align_corners=False)
        assert_close(submission.affine_grid(theta, size), want, atol=1e-12, what=f"the grid of size {size}")
        got = submission.affine_grid(theta.float(), size)
        assert_close(got, want.float(), atol=1e-5, what=f"the grid of size {size} in float32")
    for n in (1, 2, 4):
        try:
            submission.affine_grid(draw(rng, n, 2, 3), (3, 1, 5, 7))
        except ValueError:
            continue
        raise CheckFailed(f"affine_grid of {n} matrices for 3 images must raise ValueError")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_grid_sample_edges(submission, rng):
    """grid_sample is right on pixels, at edges, far away, for one pixel, in float32, and for other layouts"""
    x = draw(rng, 2, 3, 4, 8)
    centres = F.affine_grid(torch.eye(2, 3, dtype=torch.float64).expand(2, 2, 3), (2, 1, 4, 8), align_corners=False)
    # float64, means of four values; a place that should lie on a pixel is off by rounding
    assert_close(submission.grid_sample(x, centres), x, atol=1e-10, what="grid_sample at the pixel centres")
    corners = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    grid = corners.expand(2, 1, 4, 2)
    want = x[:, :, [0, 0, 3, 3], [0, 7, 0, 7]][:, :, None] / 4
    assert_close(submission.grid_sample(x, grid), want, atol=1e-10, what="grid_sample at the corners of the image")
    far = torch.tensor([[1e6, 0.0], [0.0, -1e6], [-1e12, 1e12], [1e25, 0.1], [3.0, 0.0]], dtype=torch.float64)
    got = submission.grid_sample(x, far.expand(2, 1, 5, 2))
    assert_close(got, torch.zeros(2, 3, 1, 5, dtype=torch.float64), atol=0, what="grid_sample far away")
    pixel, around = draw(rng, 1, 1, 1, 1), 3 * torch.rand(1, 5, 4, 2, generator=rng, dtype=torch.float64) - 1.5
    assert_close(submission.grid_sample(pixel, around), sampled(pixel, around), atol=1e-10, what="one pixel")
    turned = draw(rng, 8, 4, 3, 2).permute(3, 2, 1, 0)
    grid = (2.4 * torch.rand(2, 5, 6, 2, generator=rng, dtype=torch.float64) - 1.2).permute(1, 0, 2, 3)[:2, :2]
    want = sampled(turned, grid)
    assert_close(submission.grid_sample(turned, grid), want, atol=1e-10, what="grid_sample of transposed tensors")
    got = submission.grid_sample(turned.float(), grid.float())
    assert_close(got, want.float(), atol=1e-4, what="grid_sample in float32")  # coordinates are rounded near 1e-6
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_grid_sample_gradients_by_difference(submission, rng):
    """grid_sample has the gradients of its own values"""
    x, size = draw(rng, 2, 2, 3, 4), torch.tensor([4.0, 3.0], dtype=torch.float64)
    # Places between pixels and outside, a tenth of a pixel away from every kink.
    pixel = torch.randint(-1, 4, (2, 2, 3, 2), generator=rng) + 0.1 + 0.8 * torch.rand((2, 2, 3, 2), generator=rng)
    grid = (2 * pixel.double() + 1) / size - 1
    check_tensor(submission.grid_sample(x, grid), shape=(2, 2, 2, 3), dtype=torch.float64, what="grid_sample(x, grid)")
    leaves = (x.requires_grad_(), grid.requires_grad_())
    if not torch.autograd.gradcheck(submission.grid_sample, leaves, raise_exception=False):
        raise CheckFailed("the gradients of grid_sample are not the slopes of its values")


@pytest.mark.points("0.5")
def test_grid_sample_of_affine_grid(submission, rng):
    """affine_grid and grid_sample together turn a picture, and learn to turn it back"""
    x = draw(rng, 1, 3, 5, 5)
    quarter = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]], dtype=torch.float64)
    got = submission.grid_sample(x, submission.affine_grid(quarter, (1, 3, 5, 5)))
    # float64; every place lies on a pixel up to rounding
    assert_close(got, x.rot90(1, (2, 3)), atol=1e-9, what="a picture turned by a quarter")
    angle = 0.3 + float(torch.rand((), generator=rng))
    turn = [[math.cos(angle), -math.sin(angle), 0.1], [math.sin(angle), math.cos(angle), -0.2]]
    theta = torch.tensor([turn], dtype=torch.float64, requires_grad=True)
    y = submission.grid_sample(x, submission.affine_grid(theta, (1, 3, 4, 7)))
    want = sampled(x, F.affine_grid(theta, [1, 3, 4, 7], align_corners=False))
    assert_close(y, want, atol=1e-9, what="a picture turned by some angle")
    v = draw(rng, 1, 3, 4, 7)
    if not y.requires_grad:
        what = "grid_sample(x, affine_grid(theta, size))"
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    (got,) = torch.autograd.grad(y, theta, v, allow_unused=True, materialize_grads=True)
    (expected,) = torch.autograd.grad(want, theta, v)
    assert_close(got, expected, atol=1e-8, what="the gradient of the turned picture with respect to theta")
