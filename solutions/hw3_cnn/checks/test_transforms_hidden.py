"""The transforms at their edges."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor

pytestmark = pytest.mark.hidden

EPSILONS = (1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12)  # that people add to a deviation


def seed(rng):
    return int(torch.randint(2**31, (), generator=rng))


def refused(call, error, what):
    """Passes if call() raises error."""
    try:
        call()
    except error:
        return
    raise CheckFailed(f"{what} must raise {error.__name__}")


@pytest.mark.points("0.5")
def test_to_tensor_views(submission, rng):
    """to_tensor takes flipped and read-only arrays and tensors that are not contiguous"""
    image = torch.randint(0, 256, (5, 7, 3), generator=rng, dtype=torch.uint8)
    results, unchanged = submission.driver.tensors_of_views(image.numpy())
    views = {
        "a flipped array": image.flip(0, 1),
        "a read-only array": image,
        "every second row and channel of an array": image[1::2, :, ::2],
        "every second row of a tensor": image[::2],
    }
    results = [*results, submission.to_tensor(image[::2])]
    for (what, view), got in zip(views.items(), results, strict=True):
        # float32 and one division
        assert_close(got, view.permute(2, 0, 1).float() / 255, atol=1e-6, what=f"to_tensor of {what}")
    check_equal(unchanged, True, what="whether the arrays are as they were")


@pytest.mark.points("0.5")
def test_normalize_dtypes(submission, rng):
    """normalize keeps the dtype of the image, takes one channel and small deviations, and needs no contiguity"""
    mean, std = torch.rand(3, generator=rng), torch.rand(3, generator=rng) + 0.5
    x = torch.rand(7, 5, 3, generator=rng, dtype=torch.float64).permute(2, 1, 0)
    want = (x - mean.double()[:, None, None]) / std.double()[:, None, None]
    got = submission.normalize(x, mean, std)
    assert_close(got, want, atol=1e-6, what="normalize of a float64 image with float32 statistics")  # or in float32
    got = submission.normalize(x.float(), mean.double(), std.double())
    assert_close(got, want.float(), atol=1e-5, what="normalize of a float32 image with float64 statistics")
    grey = torch.rand(1, 5, 7, generator=rng, dtype=torch.float64)
    want = (grey - 0.25) / 1e-9
    mistakes = {
        f"There is no ε beside the deviation, such as {eps:g}.": (grey - 0.25) / (1e-9 + eps) for eps in EPSILONS
    }
    got = submission.normalize(grey, [0.25], [1e-9])
    # relative: rounding is near 1e-16
    assert_close(got, want, atol=0, rtol=1e-9, what="normalize with a std of 1e-9", mistakes=mistakes)
    assert_close(submission.normalize(grey, (0.5,), (-2.0,)), (grey - 0.5) / -2.0, atol=1e-12, what="a negative std")
    assert_unchanged(submission)


def bilinear(img, size):
    return F.interpolate(img[None], size, mode="bilinear")[0]


@pytest.mark.points("0.5")
def test_resize_rounding(submission, rng):
    """resize reckons the long side in whole numbers"""
    # Ratios whose float quotient lies just below the whole number that is meant.
    for (height, width), size, want in (
        ((7, 17), 21, (21, 51)),
        ((15, 11), 11, (15, 11)),
        ((11, 15), 22, (22, 30)),
        ((21, 7), 17, (51, 17)),
        ((11, 22), 15, (15, 30)),
        ((9, 10), 5, (5, 5)),
        ((100, 3), 2, (66, 2)),
    ):
        img = torch.rand(1, height, width, generator=rng, dtype=torch.float64)
        got = submission.resize(img, size)
        what = f"resize of a {height} x {width} image to {size}"
        assert_close(got, bilinear(img, want), atol=1e-10, what=what)  # float64, a mean of four values


@pytest.mark.points("0.5")
def test_resize_edges(submission, rng):
    """resize takes one pixel, lists and float32, keeps an image of that size, and refuses size 0"""
    pixel = torch.rand(3, 1, 1, generator=rng)
    assert_close(submission.resize(pixel, 4), pixel.expand(3, 4, 4), atol=1e-6, what="resize of one pixel")  # float32
    img = torch.rand(2, 5, 7, generator=rng)
    for size in (5, [5, 7], torch.Size([5, 7])):
        assert_close(submission.resize(img, size), img, atol=1e-6, what=f"resize of 5 x 7 to {size}")  # float32
    turned = torch.rand(6, 4, 3, generator=rng).permute(2, 0, 1)
    got = submission.resize(turned, [1, 9])
    assert_close(got, bilinear(turned, (1, 9)), atol=1e-5, what="resize of a transposed image to (1, 9)")  # float32
    for size in (0, (0, 3), (3, 0), -2):
        refused(lambda s=size: submission.resize(img, s), ValueError, f"resize to {size}")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_random_crop_edges(submission, rng):
    """random_crop gives the whole image back, refuses a larger window, and takes the global generator for None"""
    img = torch.rand(2, 5, 7, generator=rng)
    for size in ((5, 7), [5, 7]):
        got = submission.random_crop(img, size, torch.Generator().manual_seed(seed(rng)))
        assert_close(got, img, atol=0, what=f"random_crop of 5 x 7 to {size}")  # the image itself
    for size in (6, (6, 2), (2, 8), 8):
        text = f"random_crop of a 5 x 7 image to {size}"
        refused(lambda s=size: submission.random_crop(img, s, torch.Generator()), ValueError, text)
    first, again = submission.driver.same_by_global_seed("random_crop", img, 2, None)
    check_equal(first, again, what="random_crop with generator=None after torch.manual_seed, twice")
    if all(torch.equal(first[0], crop) for crop in first):
        raise CheckFailed("random_crop with generator=None gave the same window twenty times")
    bytes_ = torch.randint(0, 256, (1, 4, 4), generator=rng, dtype=torch.uint8)
    got = submission.random_crop(bytes_, 3, torch.Generator().manual_seed(1))
    check_tensor(got, shape=(1, 3, 3), dtype=torch.uint8, what="random_crop of bytes")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_compose_twice(submission, rng):
    """Compose can be called again, put into another Compose, and holds functions of yours"""
    image = torch.rand(3, 8, 6, generator=rng)
    inner = submission.Compose([lambda img: img - 0.5, lambda img: img[:, 2:7]])
    outer = submission.Compose([inner, lambda img: img / 0.25, lambda img: img.flip(-1)])
    want = ((image[:, 2:7] - 0.5) / 0.25).flip(-1)
    for time in ("first", "second"):
        assert_close(outer(image), want, atol=1e-4, what=f"the {time} call of a Compose")  # float32, numbers up to 2


@pytest.mark.points("0.5")
def test_augment_edges(submission, rng):
    """augment takes small images of any range, keeps float64, and takes the global generator for None"""
    img = -5 - torch.rand(2, 3, 2, generator=rng, dtype=torch.float64)
    padded = {flipped: F.pad(img.flip(-1) if flipped else img, (4, 4, 4, 4)) for flipped in (False, True)}
    images = [p[:, i : i + 3, j : j + 2] for p in padded.values() for i in range(9) for j in range(9)]
    generator = torch.Generator().manual_seed(seed(rng))
    for _ in range(30):
        got = submission.augment(img, generator)
        check_tensor(got, shape=(2, 3, 2), dtype=torch.float64, what="augment of a 3 x 2 image in float64")
        if not any(torch.equal(got, image) for image in images):
            raise CheckFailed("augment of a 3 x 2 image gave none of the images that flipping and moving can give")
    first, again = submission.driver.same_by_global_seed("augment", img, None)
    check_equal(first, again, what="augment with generator=None after torch.manual_seed, twice")
    if all(torch.equal(first[0], image) for image in first):
        raise CheckFailed("augment with generator=None gave the same image twenty times")
    assert_unchanged(submission)
