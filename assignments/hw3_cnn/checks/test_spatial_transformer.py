"""The spatial transformer: the grid, and sampling at its places."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


def grid_of(theta, size):
    return F.affine_grid(theta, list(size), align_corners=False)


def sampled(x, grid, mode="bilinear", padding="zeros", corners=False):
    return F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=corners)


def grid_mistakes(theta, size):
    """What the usual mistakes make of the grid."""
    want = grid_of(theta, size)
    n, c, height, width = size
    swapped = grid_of(theta, (n, c, width, height)).transpose(1, 2)
    whole = torch.cat([theta, theta.new_tensor([[[0.0, 0.0, 1.0]]]).expand(n, 1, 3)], dim=1)
    columns_rows = torch.einsum("nck,hwk->nhwc", theta, grid_points(height, width, theta.dtype)[..., [1, 0, 2]])
    return {
        "Corners are aligned: −1 and 1 are the edges of the image, not the centres of the outer pixels.": F.affine_grid(
            theta, list(size), align_corners=True
        ),
        "x and y are swapped in the result: the last dimension is (x, y), column first.": want.flip(-1),
        "θ is applied to (y, x, 1); it is (x, y, 1).": columns_rows,
        "θ is applied to (y, x, 1), and the result is (y, x); both are (x, y).": columns_rows.flip(-1),
        "H and W are swapped: the result is (N, H, W, 2).": want.transpose(1, 2),
        "H and W are swapped in the coordinates.": swapped,
        "The map goes forwards: apply θ itself, not its inverse.": grid_of(torch.linalg.inv(whole)[:, :2], size),
        "y goes upwards; here it goes downwards.": torch.einsum(
            "nck,hwk->nhwc", theta, grid_points(height, width, theta.dtype) * torch.tensor([1.0, -1.0, 1.0])
        ),
        "The places are the left and upper edges of the pixels; take their centres.": torch.einsum(
            "nck,hwk->nhwc",
            theta,
            grid_points(height, width, theta.dtype) - torch.tensor([1 / width, 1 / height, 0.0], dtype=theta.dtype),
        ),
        "The translation, the last column of θ, is missing.": want - theta[:, None, None, :, 2],
        "θ is transposed.": grid_of(torch.cat([theta[..., :2].mT, theta[..., 2:]], dim=-1), size),
    }


def grid_points(height, width, dtype):
    """(x, y, 1) of the pixel centres, (H, W, 3)."""
    x, y = ((2 * torch.arange(n, dtype=dtype) + 1) / n - 1 for n in (width, height))
    return torch.stack(
        [x.expand(height, width), y[:, None].expand(height, width), torch.ones(height, width, dtype=dtype)], -1
    )


@pytest.mark.points(1)
@pytest.mark.hint("The centres of W pixels between −1 and 1 are at (2j + 1)/W − 1.", "The last dimension is (x, y).")
def test_affine_grid_identity(submission, rng):
    """affine_grid gives the pixel centres for the identity, and moves them"""
    size = (1, 3, 5, 7)
    theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]], dtype=torch.float64)
    for text, change in (("the identity", 0.0), ("the identity and a translation", draw(rng, 1, 2))):
        moved = theta.clone()
        moved[:, :, 2] += change
        # float64 and sums of three products of order 1
        got = submission.affine_grid(moved, size)
        assert_close(
            got, grid_of(moved, size), atol=1e-12, what=f"the grid of {text}", mistakes=grid_mistakes(moved, size)
        )
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("θ_n · (x_j, y_i, 1)ᵀ for each image n and each pixel (i, j); each image has its own θ.")
def test_affine_grid_value(submission, rng):
    """affine_grid applies each image's matrix to (x, y, 1)"""
    size, theta = (3, 2, 5, 7), draw(rng, 3, 2, 3)
    got = submission.affine_grid(theta, size)
    want, mistakes = grid_of(theta, size), grid_mistakes(theta, size)
    mistakes["All images get the first one's θ."] = want[:1].expand(3, -1, -1, -1)
    # float64 and sums of three products of order 1
    assert_close(got, want, atol=1e-12, what="affine_grid(theta, (3, 2, 5, 7))", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Use tensor operations only, from theta to the result.")
def test_affine_grid_gradient(submission, rng):
    """affine_grid can be differentiated with respect to theta"""
    size, theta = (3, 2, 5, 7), draw(rng, 3, 2, 3).requires_grad_()
    grid = submission.affine_grid(theta, size)
    check_tensor(grid, shape=(3, 5, 7, 2), dtype=torch.float64, what="affine_grid(theta, (3, 2, 5, 7))")
    v = draw(rng, 3, 5, 7, 2)
    (got,) = vjp(grid, (theta,), v, "affine_grid(theta, (3, 2, 5, 7))")
    (want,) = torch.autograd.grad(grid_of(theta, size), theta, v)
    # float64 and sums of 35 products
    what = "the gradient with respect to theta"
    assert_close(got, want, atol=1e-11, what=what, mistakes={"No gradient reaches theta.": 0.0})


def places(rng, n, rows, columns, height, width, reach=1.0):
    """A grid of places up to reach, none of them at a kink, which lies where a pixel's row or column is whole."""
    grid = (2 * torch.rand((n, rows, columns, 2), generator=rng, dtype=torch.float64) - 1) * reach
    size = torch.tensor([width, height], dtype=torch.float64)
    pixel = ((grid + 1) * size - 1) / 2
    offset = pixel - pixel.floor()
    return (2 * (pixel.floor() + 0.05 + 0.9 * offset) + 1) / size - 1


def sample_mistakes(x, grid):
    """What the usual mistakes make of the samples."""
    size = torch.tensor([x.shape[3], x.shape[2]], dtype=grid.dtype)
    sentences = {
        "Corners are aligned: −1 and 1 are the edges of the image, not the centres of the outer pixels.": sampled(
            x, grid, corners=True
        ),
        "x and y are swapped: the grid's last dimension is (x, y), column first.": sampled(x, grid.flip(-1)),
        "That is the nearest pixel; interpolate between four.": sampled(x, grid, mode="nearest"),
        "Outside of the image the edge is repeated; it is 0 there.": sampled(x, grid, padding="border"),
        "Outside of the image it is mirrored; it is 0 there.": sampled(x, grid, padding="reflection"),
        "The weights of left and right, and of above and below, are swapped.": weights_swapped(x, grid, (1, 1)),
        "The weights of left and right are swapped: near the left pixel a place sees more of it.": weights_swapped(
            x, grid, (1, 0)
        ),
        "The weights of above and below are swapped: near the upper pixel a place sees more of it.": weights_swapped(
            x, grid, (0, 1)
        ),
        "The half pixel is missing: column u = ((g_x + 1)·W − 1)/2.": sampled(x, grid + 1 / size),
        "y goes upwards; here it goes downwards.": sampled(x, grid * torch.tensor([1.0, -1.0])),
        "W and H are swapped: x belongs to the width, y to the height.": sampled(
            x, ((grid + 1) * size.flip(0)) / size - 1
        ),
    }
    pixel = ((grid + 1) * size - 1) / 2
    four = ((pixel.floor() >= 0) & (pixel.floor() + 1 < size)).all(dim=-1)[:, None]
    sentences["A result is 0 as soon as one of its four pixels is outside; those inside still count."] = (
        sampled(x, grid) * four
    )
    sentences["A place beyond the edge is 0 at once; of its four pixels, those inside still count."] = (
        sampled(x, grid) * (grid.abs() <= 1).all(dim=-1)[:, None]
    )
    sentences["The pixel is rounded towards 0; ⌊u⌋ is rounded down, also below 0."] = truncated(x, grid)
    inside = (grid.abs() <= 1).all(dim=-1)[:, None]
    sentences["A place outside is 0 at once; of its four pixels, those inside still count."] = (
        sampled(x, grid, padding="border") * inside
    )
    return sentences


def truncated(x, grid):
    """Bilinear with the pixel rounded towards zero: just outside, the weights reach beyond 1 and below 0."""
    height, width = x.shape[2:]
    pixel = ((grid + 1) * torch.tensor([width, height], dtype=grid.dtype) - 1) / 2
    corner = pixel.trunc()
    result = torch.zeros(*x.shape[:2], *grid.shape[1:3], dtype=x.dtype)
    for step in ((0, 0), (0, 1), (1, 0), (1, 1)):
        place = corner + torch.tensor(step)
        weight = (1 - torch.tensor(step) + (2 * torch.tensor(step) - 1) * (pixel - corner)).prod(dim=-1)
        centre = (2 * place + 1) / torch.tensor([width, height]) - 1
        result = result + sampled(x, centre.to(x.dtype)) * weight[:, None]
    return result


def weights_swapped(x, grid, axes):
    """Bilinear with a and 1 − a, b and 1 − b exchanged, as axes says: the place is mirrored between its pixels."""
    size = torch.tensor([x.shape[3], x.shape[2]], dtype=grid.dtype)
    pixel = ((grid + 1) * size - 1) / 2
    mirrored = torch.where(torch.tensor(axes) == 1, 2 * pixel.floor() + 1 - pixel, pixel)
    return sampled(x, (2 * mirrored + 1) / size - 1)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Column u = ((g_x + 1)·W − 1)/2, row v = ((g_y + 1)·H − 1)/2.",
    "The four pixels around have the weights (1 − a) or a times (1 − b) or b.",
)
def test_grid_sample_value(submission, rng):
    """grid_sample interpolates between the four pixels around each place"""
    x = draw(rng, 2, 3, 5, 7)
    # Places whose four pixels are all inside: up to 0.75 of the way, with the outer centres at 0.8 and 0.857.
    grid = places(rng, 2, 4, 6, 5, 7, reach=0.75)
    mistakes = sample_mistakes(x, grid)
    mistakes["All images are sampled by the first one's grid."] = sampled(x, grid[:1].expand(2, -1, -1, -1))
    mistakes["All samples come from the first image."] = sampled(x[:1].expand(2, -1, -1, -1), grid)
    got = submission.grid_sample(x, grid)
    # float64 and means of four values of order 1; coordinates are rounded on the way
    assert_close(got, sampled(x, grid), atol=1e-10, what="grid_sample(x, grid)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.75")
@pytest.mark.hint("Each of the four pixels that lies outside counts as 0, the others count.")
def test_grid_sample_outside(submission, rng):
    """grid_sample takes every pixel outside of the image for 0"""
    x = draw(rng, 2, 3, 5, 7)
    for reach in (1.4, 3.0):
        grid = places(rng, 2, 8, 9, 5, 7, reach)
        got = submission.grid_sample(x, grid)
        # float64 and means of four values of order 1; coordinates are rounded on the way
        what = f"grid_sample(x, grid) with places from −{reach} to {reach}"
        assert_close(got, sampled(x, grid), atol=1e-10, what=what, mistakes=sample_mistakes(x, grid))


def gradients(submission, rng, reach):
    """(x, grid), the student's gradients and the right ones."""
    x = draw(rng, 2, 3, 5, 7).requires_grad_()
    grid = places(rng, 2, 4, 6, 5, 7, reach).requires_grad_()
    y = submission.grid_sample(x, grid)
    check_tensor(y, shape=(2, 3, 4, 6), dtype=torch.float64, what="grid_sample(x, grid)")
    v = draw(rng, 2, 3, 4, 6)
    got = vjp(y, (x, grid), v, "grid_sample(x, grid)")
    return got, torch.autograd.grad(sampled(x, grid), (x, grid), v)


@pytest.mark.points("0.75")
@pytest.mark.hint("Read the pixels by indexing: it is differentiable with respect to x.")
def test_grid_sample_gradient_image(submission, rng):
    """grid_sample can be differentiated with respect to the image"""
    for reach in (0.75, 1.4):
        (got, _), (want, _) = gradients(submission, rng, reach)
        # float64 and sums of some ten products
        mistakes = {"No gradient reaches x.": 0.0}
        assert_close(got, want, atol=1e-10, what="the gradient with respect to x", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint(
    "The weights a and b come from the grid by tensor operations; only ⌊u⌋ and ⌊v⌋ are constant.",
    "A pixel is W/2 coordinates wide: du/dg_x = W/2.",
)
def test_grid_sample_gradient_grid(submission, rng):
    """grid_sample can be differentiated with respect to the grid"""
    for reach in (0.75, 1.4):
        (_, got), (_, want) = gradients(submission, rng, reach)
        size = torch.tensor([7.0, 5.0], dtype=torch.float64)
        mistakes = {
            "No gradient reaches the grid; do the weights a and b come from it by tensor operations?": 0.0,
            "The gradient lacks the factor W/2 or H/2.": want / (size / 2),
            "The gradient has the opposite sign.": -want,
            "The gradient's x and y are swapped.": want.flip(-1),
        }
        # float64 and sums of twelve products, times up to 3.5
        assert_close(got, want, atol=1e-9, what="the gradient with respect to the grid", mistakes=mistakes)
