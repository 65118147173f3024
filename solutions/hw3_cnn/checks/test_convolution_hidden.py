"""Convolution, its gradients, its matrix and the receptive field at their edges."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def whole(rng, low, high):
    """A whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=rng))


def cases(rng, count):
    """Shapes, strides and paddings at random, the kernel never larger than the padded image."""
    for _ in range(count):
        kernel = (whole(rng, 1, 4), whole(rng, 1, 4))
        stride, padding = (whole(rng, 1, 5), whole(rng, 1, 5)), (whole(rng, 0, 3), whole(rng, 0, 3))
        size = tuple(max(k - 2 * p, 1) + whole(rng, 0, 6) for k, p in zip(kernel, padding, strict=True))
        n, c, o = whole(rng, 1, 3), whole(rng, 1, 4), whole(rng, 1, 4)
        yield draw(rng, n, c, *size), draw(rng, o, c, *kernel), draw(rng, o), stride, padding


@pytest.mark.points("0.5")
def test_conv2d_layouts(submission, rng):
    """conv2d takes one pixel, one channel, one image, pairs as lists and tensors that are not contiguous"""
    for x, w in (
        (draw(rng, 1, 1, 1, 1), draw(rng, 1, 1, 1, 1)),
        (draw(rng, 1, 4, 3, 2), draw(rng, 2, 4, 3, 2)),  # the kernel as large as the image
        (draw(rng, 3, 2, 5, 1), draw(rng, 1, 2, 2, 1)),
        (draw(rng, 5, 7, 3, 2).permute(3, 2, 0, 1), draw(rng, 2, 3, 3, 4).permute(3, 2, 1, 0)),
        (draw(rng, 2, 3, 10, 14)[:, :, ::2, ::2], draw(rng, 1, 3, 2, 2).expand(4, 3, 2, 2)),
    ):
        # float64 and sums of at most 24 products
        what = f"conv2d of an image of shape {tuple(x.shape)} with a filter of shape {tuple(w.shape)}"
        assert_close(submission.conv2d(x, w), F.conv2d(x, w), atol=1e-11, what=what)
    x, w, b = draw(rng, 2, 3, 6, 7), draw(rng, 5, 3, 2, 3), draw(rng, 5)
    got = submission.conv2d(x, w, b, stride=[2, 1], padding=torch.Size([0, 2]))
    assert_close(got, F.conv2d(x, w, b, (2, 1), (0, 2)), atol=1e-11, what="conv2d with pairs that are no tuples")
    assert_unchanged(submission)


@pytest.mark.points(1)
def test_conv2d_random(submission, rng):
    """conv2d is right for sizes, strides and paddings of all kinds, and keeps float32"""
    for x, w, b, stride, padding in cases(rng, 25):
        what = f"conv2d for shapes {tuple(x.shape)}, {tuple(w.shape)}, stride={stride}, padding={padding}"
        want = F.conv2d(x, w, b, stride, padding)
        assert_close(submission.conv2d(x, w, b, stride, padding), want, atol=1e-11, what=what)  # 64 products at most
        got = submission.conv2d(x.float(), w.float(), b.float(), stride, padding)
        assert_close(got, want.float(), atol=1e-3, what=f"{what} in float32")  # rounding is near 1e-5


@pytest.mark.points("0.5")
def test_conv2d_gradients_by_difference(submission, rng):
    """conv2d has the gradients of its own values, for strides that leave pixels out"""
    for stride, padding, size in ((1, 0, (3, 4)), ((3, 2), (1, 0), (4, 5)), (4, 2, (3, 3))):
        x, w, b = draw(rng, 2, 2, *size), draw(rng, 2, 2, 2, 2), draw(rng, 2)
        check_tensor(
            submission.conv2d(x, w, b, stride, padding),
            shape=tuple(F.conv2d(x, w, b, stride, padding).shape),
            dtype=torch.float64,
            what="conv2d(x, w, b, stride, padding)",
        )
        leaves = [t.requires_grad_() for t in (x, w, b)]

        def f(*tensors, stride=stride, padding=padding):
            return submission.conv2d(*tensors, stride, padding)

        # Linear in each argument, so differences are exact up to rounding, about 1e-9.
        if not torch.autograd.gradcheck(f, leaves, raise_exception=False):
            raise CheckFailed(f"the gradients of conv2d for stride={stride}, padding={padding} are not its slopes")


@pytest.mark.points("0.5")
def test_conv2d_backward_unreached(submission, rng):
    """conv2d_backward gives 0 to pixels that no window reaches, and keeps float32"""
    for size, kernel, stride, padding in (
        ((7, 8), (2, 2), 3, 0),
        ((5, 6), (1, 2), (3, 4), 0),
        ((4, 5), (3, 3), 5, 1),
        ((6, 5), (2, 1), (4, 3), (1, 0)),
    ):
        x, w, b = draw(rng, 2, 3, *size), draw(rng, 4, 3, *kernel), torch.zeros(4, dtype=torch.float64)
        leaves = [t.clone().requires_grad_() for t in (x, w, b)]
        y = F.conv2d(*leaves, stride, padding)
        dout = draw(rng, *y.shape)
        want = torch.autograd.grad(y, leaves, dout)
        for dtype, atol in ((torch.float64, 1e-11), (torch.float32, 1e-3)):  # sums of at most 36 products
            got = submission.conv2d_backward(x.to(dtype), w.to(dtype), dout.to(dtype), stride, padding)
            for name, g, expected in zip(("dx", "dw", "db"), got, want, strict=True):
                what = f"{name} for an image {size}, a kernel {kernel}, stride={stride}, padding={padding}, {dtype}"
                assert_close(g, expected.to(dtype), atol=atol, what=what)


@pytest.mark.points(1)
def test_conv2d_backward_random(submission, rng):
    """conv2d_backward is right for sizes, strides and paddings of all kinds"""
    for x, w, b, stride, padding in cases(rng, 25):
        leaves = [t.clone().requires_grad_() for t in (x, w, b)]
        y = F.conv2d(*leaves, stride, padding)
        dout = draw(rng, *y.shape[::-1]).permute(3, 2, 1, 0)  # not contiguous
        want = torch.autograd.grad(y, leaves, dout)
        got = submission.conv2d_backward(x, w, dout, stride, padding)
        for name, g, expected in zip(("dx", "dw", "db"), got, want, strict=True):
            # float64 and sums of at most 300 products
            what = f"{name} for shapes {tuple(x.shape)}, {tuple(w.shape)}, stride={stride}, padding={padding}"
            assert_close(g, expected, atol=1e-10, what=what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_conv_as_matrix_agrees(submission, rng):
    """conv_as_matrix times a flattened image is the flattened convolution"""
    for _ in range(8):
        o, c, kh, kw = (whole(rng, 1, 3) for _ in range(4))
        height, width = kh + whole(rng, 0, 4), kw + whole(rng, 0, 4)
        w, x = draw(rng, kw, kh, c, o).permute(3, 2, 1, 0), draw(rng, 5, c, height, width)
        matrix = submission.conv_as_matrix(w, height, width)
        want = F.conv2d(x, w).flatten(1)
        what = f"conv_as_matrix of a filter {tuple(w.shape)} on {height} x {width}"
        check_tensor(matrix, shape=(want.shape[1], c * height * width), dtype=torch.float64, what=what)
        assert_close(x.flatten(1) @ matrix.T, want, atol=1e-11, what=f"{what}, times x")  # at most 27 products


@pytest.mark.points("0.5")
def test_conv_as_matrix_edges(submission, rng):
    """conv_as_matrix takes a kernel as large as the image, refuses a larger one, and keeps float32"""
    w = torch.randn(3, 2, 4, 5, generator=rng)
    # the numbers of w themselves
    assert_close(submission.conv_as_matrix(w, 4, 5), w.flatten(1), atol=0, what="conv_as_matrix(w, 4, 5)")
    for height, width in ((3, 5), (4, 4), (3, 9)):
        try:
            submission.conv_as_matrix(w, height, width)
        except ValueError:
            continue
        raise CheckFailed(f"conv_as_matrix of a 4 x 5 kernel on {height} x {width} must raise ValueError")
    w = torch.randn(1, 3, 1, 1, generator=rng)
    want = torch.kron(w.flatten()[None], torch.eye(6))
    assert_close(submission.conv_as_matrix(w, 2, 3), want, atol=0, what="conv_as_matrix of a 1 x 1 kernel")


@pytest.mark.points("0.5")
def test_receptive_field_deep(submission):
    """receptive_field is right for deep networks, and for strides larger than kernels"""
    for layers, want in (
        ([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)], 195),  # AlexNet
        ([(3, 1)] * 50, 101),
        ([(2, 2)] * 10, 1024),
        ([(2, 5), (3, 1)], 12),
        ([[7, 2], [3, 2]], 11),
    ):
        check_equal(submission.receptive_field(layers), want, what=f"receptive_field({layers})")
