"""Convolution forwards and backwards, its matrix, and the receptive field."""

import math

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type


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


def same_corner(x, w, stride, padding):
    """The convolution whose padding lies above and on the left only."""
    ph, pw = padding
    return F.conv2d(F.pad(x, (2 * pw, 0, 2 * ph, 0)), w, stride=stride)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "y[n, o, i, j] sums over c, p and q: a window of x[n] times the whole filter w[o], plus b[o].",
    "Is the window at (i, j) the rows i … i + kh − 1 and the columns j … j + kw − 1?",
)
def test_conv2d_value(submission, rng):
    """conv2d sums window times filter over all channels and adds the bias"""
    x, w, b = draw(rng, 2, 3, 7, 5), draw(rng, 5, 3, 2, 3), draw(rng, 5)
    y = submission.conv2d(x, w, b)
    want = F.conv2d(x, w, b)
    mistakes = {
        "The kernel is flipped; PyTorch's convolution does not flip it.": F.conv2d(x, w.flip(2, 3), b),
        "The kernel is flipped left and right; PyTorch's convolution does not flip it.": F.conv2d(x, w.flip(3), b),
        "The kernel is flipped upside down; PyTorch's convolution does not flip it.": F.conv2d(x, w.flip(2), b),
        "The kernel is transposed: p goes down, q to the right.": F.conv2d(x, w.transpose(2, 3), b),
        "The bias b is missing.": want - b[:, None, None],
        "The bias b is added more than once: it comes in once per output pixel, not per channel or kernel element.": (
            want + 2 * b[:, None, None]
        ),
        "Only the first input channel is used; sum over all channels.": F.conv2d(x[:, :1], w[:, :1], b),
        "That is an average over the channels; sum them.": (want - b[:, None, None]) / 3 + b[:, None, None],
        "The image is padded, though padding=0.": F.conv2d(x, w, b, padding=1),
        "The bias belongs to the output channel, not to the column.": want - b[:, None, None] + b[:3],
    }
    # float64 and sums of 18 products
    assert_close(y, want, atol=1e-11, what="conv2d(x, w, b)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.75")
@pytest.mark.hint("Window (i, j) begins at row s_h·i and column s_w·j.", "A pair is (vertical, horizontal).")
def test_conv2d_stride(submission, rng):
    """conv2d knows strides, as an int or a pair, and drops what is left over"""
    x, w = draw(rng, 2, 3, 8, 11), draw(rng, 5, 3, 3, 2)
    for stride in (2, 3, (2, 3), (1, 2)):
        got = submission.conv2d(x, w, None, stride)
        want = F.conv2d(x, w, None, stride)
        pair = stride if isinstance(stride, tuple) else (stride, stride)
        mistakes = {
            "The stride is ignored.": F.conv2d(x, w),
            "The pair is (vertical, horizontal): rows first.": F.conv2d(x, w, None, pair[::-1]),
            "Of the pair only the first number is used.": F.conv2d(x, w, None, pair[0]),
            "What the stride leaves over is dropped, not padded: H' and W' are rounded down.": F.conv2d(
                F.pad(x, (0, -(11 - 2) % pair[1], 0, -(8 - 3) % pair[0])), w, None, stride
            ),
        }
        # float64 and sums of 18 products
        assert_close(got, want, atol=1e-11, what=f"conv2d(x, w, None, stride={stride})", mistakes=mistakes)


@pytest.mark.points("0.75")
@pytest.mark.hint("F.pad takes the last dimension first: (left, right, top, bottom).", "Padding goes on both sides.")
def test_conv2d_padding(submission, rng):
    """conv2d knows padding, as an int or a pair, on both sides"""
    x, w, b = draw(rng, 2, 3, 5, 7), draw(rng, 5, 3, 3, 2), draw(rng, 5)
    for stride, padding in ((1, 1), (1, 2), (1, (2, 1)), (1, (0, 3)), (2, (1, 2))):
        got = submission.conv2d(x, w, b, stride=stride, padding=padding)
        want = F.conv2d(x, w, b, stride, padding)
        ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
        bias = b[:, None, None]
        mistakes = {
            "The padding is ignored.": F.conv2d(x, w, b, stride),
            "The pair is (vertical, horizontal): rows first.": F.conv2d(x, w, b, stride, (pw, ph)),
            "The padding is on one side only; it goes on both.": F.conv2d(F.pad(x, (pw, 0, ph, 0)), w, b, stride),
            "The padding is on one side only, below and right; it goes on both.": F.conv2d(
                F.pad(x, (0, pw, 0, ph)), w, b, stride
            ),
            "All of the padding is above and on the left; half of it belongs below and right.": (
                same_corner(x, w, stride, (ph, pw)) + bias
            ),
            "The padding repeats the edge; it is 0.": F.conv2d(
                F.pad(x, (pw, pw, ph, ph), mode="replicate"), w, b, stride
            ),
        }
        # float64 and sums of 18 products
        what = f"conv2d(x, w, b, stride={stride}, padding={padding})"
        assert_close(got, want, atol=1e-11, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Use tensor operations only, from the arguments to the result.")
def test_conv2d_gradient(submission, rng):
    """conv2d can be differentiated with respect to x, w and b"""
    shapes, stride, padding = ((2, 3, 7, 8), (5, 3, 3, 2), (5,)), (2, 1), (1, 2)
    x, w, b = (draw(rng, *shape).requires_grad_() for shape in shapes)
    y = submission.conv2d(x, w, b, stride, padding)
    want = F.conv2d(x, w, b, stride, padding)
    check_tensor(y, shape=tuple(want.shape), dtype=torch.float64, what="conv2d(x, w, b, (2, 1), (1, 2))")
    v = draw(rng, *want.shape)
    got = vjp(y, (x, w, b), v, "conv2d(x, w, b, (2, 1), (1, 2))")
    for name, g, expected in zip("xwb", got, torch.autograd.grad(want, (x, w, b), v), strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64 and sums of at most 112 products
        assert_close(g, expected, atol=1e-11, what=f"the gradient with respect to {name}", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("Compare x.shape[1] with w.shape[1], and the kernel with the padded image.")
def test_conv2d_errors(submission, rng):
    """conv2d refuses what does not fit, and nothing else"""
    x = draw(rng, 2, 3, 4, 5)
    for channels, wanted in ((3, 1), (3, 2), (3, 4), (1, 3), (1, 2)):
        text = f"conv2d of an image with {channels} channels and a filter for {wanted}"
        image, w = x[:, :channels], draw(rng, 5, wanted, 2, 2)
        refused(lambda image=image, w=w: submission.conv2d(image, w), ValueError, text)
    for kernel, padding in (((5, 2), 0), ((2, 6), 0), ((7, 2), 1), ((2, 10), 2), ((5, 2), (0, 1)), ((2, 6), (1, 0))):
        text = f"conv2d with a kernel of {kernel} on a 4 x 5 image with padding={padding}"
        w = draw(rng, 5, 3, *kernel)
        refused(lambda w=w, p=padding: submission.conv2d(x, w, padding=p), ValueError, text)
    w = draw(rng, 5, 3, 6, 7)
    what = "conv2d with a kernel of (6, 7) on a 4 x 5 image with padding=1"
    check_tensor(submission.conv2d(x, w, padding=1), shape=(2, 5, 1, 1), dtype=torch.float64, what=what)


def backward_case(submission, rng, kernel, stride, padding):
    """What conv2d_backward gives, and what autograd gives; with the arguments."""
    x, w, b = draw(rng, 2, 3, 7, 8), draw(rng, 5, 3, *kernel), draw(rng, 5)
    leaves = [t.clone().requires_grad_() for t in (x, w, b)]
    y = F.conv2d(*leaves, stride, padding)
    dout = draw(rng, *y.shape)
    want = torch.autograd.grad(y, leaves, dout)
    got = check_type(submission.conv2d_backward(x, w, dout, stride, padding), tuple, what="conv2d_backward(…)")
    check_equal(len(got), 3, what="the number of gradients")
    return got, want, (x, w, dout)


@pytest.mark.points("1.25")
@pytest.mark.hint(
    "Every output pixel gives dout · w back to all pixels of its window: add it up with +=.",
    "A pixel gets its share through every filter o: sum over o.",
)
def test_conv2d_backward_dx(submission, rng):
    """conv2d_backward gives dx"""
    (dx, _, _), (want, _, _), (x, w, dout) = backward_case(submission, rng, (2, 3), 1, 0)
    by_kernel, by_window = torch.zeros_like(x), torch.zeros_like(x)
    for p in range(2):
        for q in range(3):
            by_kernel[:, :, p : p + 6, q : q + 6] = torch.einsum("nohw,oc->nchw", dout, w[:, :, p, q])
    for i in range(6):
        for j in range(6):
            by_window[:, :, i : i + 2, j : j + 3] = torch.einsum("no,ocpq->ncpq", dout[:, :, i, j], w)
    mistakes = {
        "Windows overlap: add the shares of a pixel, don't overwrite them.": by_window,
        "A pixel was met by several numbers of the kernel: add its shares, don't overwrite them.": by_kernel,
        "The kernel is flipped.": F.conv_transpose2d(dout, w.flip(2, 3)),
        "dx is divided by N, but a mean in the loss is already in dout.": want / 2,
        "dx has the opposite sign.": -want,
    }
    # float64 and sums of at most 30 products
    assert_close(dx, want, atol=1e-11, what="dx", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("1.25")
@pytest.mark.hint(
    "dw[o, c, p, q] multiplies dout[n, o, i, j] with the pixel that met w[o, c, p, q] there: x[n, c, i + p, j + q].",
    "Each image adds its part: sum over n.",
)
def test_conv2d_backward_dw(submission, rng):
    """conv2d_backward gives dw"""
    (_, dw, _), (_, want, _), (x, _, dout) = backward_case(submission, rng, (2, 3), 1, 0)
    first = F.conv2d(x[:1].transpose(0, 1), dout[:1].transpose(0, 1)).transpose(0, 1)
    mistakes = {
        "dw is flipped: no kernel is flipped in this convolution.": want.flip(2, 3),
        "Only the first image adds to dw; sum over n.": first,
        "dw is divided by N, but a mean in the loss is already in dout.": want / 2,
        "dw has the opposite sign.": -want,
        "dw has input and output channels swapped; it has the shape of w.": want.transpose(0, 1),
    }
    # float64 and sums of 72 products
    assert_close(dw, want, atol=1e-11, what="dw", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("b[o] is in every pixel of output channel o, of every image.")
def test_conv2d_backward_db(submission, rng):
    """conv2d_backward gives db"""
    (_, _, db), (_, _, want), (_, _, dout) = backward_case(submission, rng, (2, 3), 1, 0)
    mistakes = {
        "db is averaged; sum it.": dout.mean(dim=(0, 2, 3)),
        "db is averaged over the pixels; sum it.": dout.mean(dim=(2, 3)).sum(dim=0),
        "db is divided by N, but a mean in the loss is already in dout.": want / 2,
        "db still has the dimensions of the image; sum over them too.": dout.sum(dim=0),
        "db still has one row per image; sum over n too.": dout.sum(dim=(2, 3)),
    }
    # float64 and sums of 72 numbers
    assert_close(db, want, atol=1e-11, what="db", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "With a stride, pixel s_h·i + p of the padded image met w[…, p, …] in output row i.",
    "Work on the padded image, and cut dx out of it at the end: rows p_h to p_h + H − 1.",
    "Rows that no window reaches are in dx too, with 0: dx has the shape of x.",
)
def test_conv2d_backward_stride_padding(submission, rng):
    """conv2d_backward knows strides and padding, as ints or pairs"""
    for stride, padding in ((2, 0), (1, 1), ((2, 3), (1, 2)), (2, (0, 1))):
        got, want, (x, w, dout) = backward_case(submission, rng, (3, 2), stride, padding)
        ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
        whole = torch.nn.grad.conv2d_input((2, 3, 7 + 2 * ph, 8 + 2 * pw), w, dout, stride)
        still = F.pad(x, (pw, pw, ph, ph))[:, :, : dout.shape[2] + 2, : dout.shape[3] + 1]  # windows of stride 1
        for name, g, expected in zip(("dx", "dw", "db"), got, want, strict=True):
            mistakes = {}
            if name == "dw":
                wrong = torch.nn.grad.conv2d_weight(still, w.shape, dout)
                mistakes = {"The stride is ignored: window (i, j) begins at row s_h·i, column s_w·j.": wrong}
            if name == "dx":
                wrong = F.pad(
                    F.conv_transpose2d(dout, w),
                    (0, whole.shape[3] - still.shape[3], 0, whole.shape[2] - still.shape[2]),
                )
                mistakes = {
                    "The stride is ignored: window (i, j) begins at row s_h·i, column s_w·j.": wrong[
                        :, :, ph : ph + 7, pw : pw + 8
                    ],
                    "dx still has the padding; cut it off.": whole,
                    "dx is cut out at the wrong place: leave out p rows above, not 2p or none.": whole[:, :, :7, :8],
                    "dx has the padding cut off on one side only.": whole[:, :, ph:, pw:],
                }
                low = tuple(s for s in F.conv_transpose2d(dout, w, stride=stride, padding=padding).shape[2:])
                if low[0] <= 7 and low[1] <= 8:
                    short = F.conv_transpose2d(dout, w, stride=stride, padding=padding)
                    mistakes["dx lacks the rows or columns that no window reaches; they are 0."] = short
            # float64 and sums of at most 126 products
            what = f"{name} for stride={stride}, padding={padding}"
            assert_close(g, expected, atol=1e-11, what=what, mistakes=mistakes)
    assert_unchanged(submission)


def matrix_of(w, height, width):
    """The matrix, column by column: the convolution of each image that is 1 in one place."""
    size = w.shape[1] * height * width
    basis = torch.eye(size, dtype=w.dtype).reshape(size, w.shape[1], height, width)
    return F.conv2d(basis, w).flatten(1).T


@pytest.mark.points(1)
@pytest.mark.hint(
    "Row i·W' + j has the kernel's numbers in the columns of the pixels that window (i, j) sees.",
    "Pixel [r, s] is column r·W + s.",
)
def test_conv_as_matrix_one_channel(submission, rng):
    """conv_as_matrix writes the matrix of one filter on one channel"""
    w = draw(rng, 1, 1, 2, 3)
    got = submission.conv_as_matrix(w, 5, 7)
    want = matrix_of(w, 5, 7)
    mistakes = {
        "The matrix is transposed: rows are output pixels, columns input pixels.": want.T,
        "The kernel is flipped; this convolution does not flip it.": matrix_of(w.flip(2, 3), 5, 7),
        "H and W are swapped.": matrix_of(w, 7, 5),
        "Only the first row of the kernel is used.": matrix_of(torch.cat([w[:, :, :1], 0 * w[:, :, 1:]], dim=2), 5, 7),
    }
    # the numbers of w themselves, placed; 1e-12 lets them come out of a product with zeros and ones
    assert_close(got, want, atol=1e-12, what="conv_as_matrix(w, 5, 7)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("1.25")
@pytest.mark.hint("Row (o·H' + i)·W' + j, column (c·H + r)·W + s: channels change slowest, as in flatten.")
def test_conv_as_matrix_channels(submission, rng):
    """conv_as_matrix orders rows and columns as flatten does, for several channels"""
    w = draw(rng, 3, 2, 3, 2)
    got = submission.conv_as_matrix(w, 4, 5)
    want = matrix_of(w, 4, 5)  # (3·2·4, 2·4·5)
    blocks = want.reshape(3, 8, 2, 20)
    mistakes = {
        "The matrix is transposed: rows are output pixels, columns input pixels.": want.T,
        "The kernel is flipped; this convolution does not flip it.": matrix_of(w.flip(2, 3), 4, 5),
        "The rows are in the order (H', W', O); the output channel o changes slowest.": (
            blocks.transpose(0, 1).reshape(24, 40)
        ),
        "The columns are in the order (H, W, C); the input channel c changes slowest.": (
            blocks.transpose(2, 3).reshape(24, 40)
        ),
        "Rows and columns have the channel last; it changes slowest in both.": (
            blocks.permute(1, 0, 3, 2).reshape(24, 40)
        ),
    }
    # the numbers of w themselves, placed; 1e-12 lets them come out of a product with zeros and ones
    assert_close(got, want, atol=1e-12, what="conv_as_matrix(w, 4, 5)", mistakes=mistakes)


@pytest.mark.points("0.75")
@pytest.mark.hint("Copy w into the matrix by tensor operations, not by .item() or torch.tensor().")
def test_conv_as_matrix_gradient(submission, rng):
    """conv_as_matrix shares its weights: each gets the sum of the gradients of all its places"""
    w = draw(rng, 3, 2, 2, 3).requires_grad_()
    matrix = submission.conv_as_matrix(w, 4, 5)
    want = matrix_of(w, 4, 5)
    check_tensor(matrix, shape=tuple(want.shape), dtype=torch.float64, what="conv_as_matrix(w, 4, 5)")
    v = draw(rng, *want.shape)
    (got,) = vjp(matrix, (w,), v, "conv_as_matrix(w, 4, 5)")
    (expected,) = torch.autograd.grad(want, w, v)
    # float64 and sums of 9 numbers
    mistakes = {"No gradient reaches w.": 0.0, "The gradients are averaged; sum them.": expected / 9}
    assert_close(got, expected, atol=1e-11, what="the gradient with respect to w", mistakes=mistakes)


def field_of(layers):
    """The receptive field by walking back from one output pixel."""
    first, last = 0, 0
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    return last - first + 1


@pytest.mark.points(1)
@pytest.mark.hint("(k − 1) times the product of the strides of the layers before, added up; plus 1.")
def test_receptive_field_value(submission, rng):
    """receptive_field multiplies the strides before each layer"""
    layers = [(int(k), int(s)) for k, s in torch.randint(2, 6, (4, 2), generator=rng).tolist()]
    for case in (layers, [(3, 1), (3, 1), (3, 1)], [(7, 2), (3, 2), (3, 1)], [(5, 3)]):
        got = submission.receptive_field(case)
        mistakes = {
            "Strides are ignored.": 1 + sum(k - 1 for k, _ in case),
            "It is k − 1, not k, times the strides before.": 1
            + sum(k * math.prod(s for _, s in case[:i]) for i, (k, _) in enumerate(case)),
            "The strides before are added; multiply them.": 1
            + sum((k - 1) * (sum(s for _, s in case[:i]) or 1) for i, (k, _) in enumerate(case)),
            "The kernels are added up; it is k − 1 in each layer, plus 1.": sum(k for k, _ in case),
            "The 1 for the pixel itself is missing.": field_of(case) - 1,
            "The layers are taken from the last to the first; the first is next to the image.": field_of(case[::-1]),
            "A layer's own stride widens its own step; it widens only those after it.": (
                1
                + sum(
                    (k - 1) * torch.tensor([s for _, s in case[: i + 1]]).prod().item() for i, (k, _) in enumerate(case)
                )
            ),
            "Only the stride of the layer before is used; multiply all strides before.": (
                1 + sum((k - 1) * (case[i - 1][1] if i else 1) for i, (k, _) in enumerate(case))
            ),
            "The kernels are multiplied.": torch.tensor([k for k, _ in case]).prod().item(),
        }
        check_equal(got, field_of(case), what=f"receptive_field({case})", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_receptive_field_one_pixel(submission):
    """receptive_field is 1 without layers and for layers of one pixel"""
    check_equal(submission.receptive_field([]), 1, what="receptive_field([])")
    check_equal(submission.receptive_field([(1, 1)]), 1, what="receptive_field([(1, 1)])")
    check_equal(submission.receptive_field([(1, 2), (1, 3)]), 1, what="receptive_field([(1, 2), (1, 3)])")
    check_equal(submission.receptive_field([(1, 2), (4, 3)]), 7, what="receptive_field([(1, 2), (4, 3)])")
