"""From the file to the network: to_tensor, normalize, resize, and the transforms that draw."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import (
    CheckFailed,
    assert_close,
    assert_unchanged,
    check_equal,
    check_tensor,
    check_type,
)


def pixels(rng, *shape):
    return torch.randint(0, 256, shape, generator=rng, dtype=torch.uint8)


def seed(rng):
    return int(torch.randint(2**31, (), generator=rng))


def refused(call, error, what):
    """Passes if call() raises error."""
    try:
        call()
    except error:
        return
    raise CheckFailed(f"{what} must raise {error.__name__}")


@pytest.mark.points(1)
@pytest.mark.hint("Move the channels to the front with permute, not with reshape or view.", "Divide by 255.")
def test_to_tensor_value(submission, rng):
    """to_tensor puts the channels first and divides by 255"""
    image = pixels(rng, 5, 7, 3)
    moved = image.permute(2, 0, 1).to(torch.float32)
    mistakes = {
        "The values are not divided by 255.": moved,
        "The values are divided by 256; 255 becomes 1.": moved / 256,
        "reshape mixes the pixels up; permute moves the channels to the front.": image.reshape(3, 5, 7).float() / 255,
        "Rows and columns are swapped: (H, W, C) becomes (C, H, W).": image.permute(2, 1, 0).float() / 255,
        "The channels are in the reverse order.": moved.flip(0) / 255,
        "The values are scaled to −1 … 1; here they are 0 … 1.": moved / 127.5 - 1,
    }
    for kind, value in (("a tensor", image), ("a NumPy array", image.numpy().copy())):
        got = submission.to_tensor(value)
        # float32 and one division of numbers up to 255: 1e-6 is some ten roundings
        assert_close(got, moved / 255, atol=1e-6, what=f"to_tensor of {kind}", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("An (H, W) image gets a channel in front: (1, H, W).", "Don't guess where the channels are.")
def test_to_tensor_shapes(submission, rng):
    """to_tensor takes grey images and any number of channels"""
    for shape in ((5, 7), (5, 7, 1), (3, 7, 2), (1, 5, 4), (3, 5, 7)):
        image = pixels(rng, *shape)
        three = image if image.ndim == 3 else image[:, :, None]
        want = three.permute(2, 0, 1).to(torch.float32) / 255
        # float32 and one division of numbers up to 255: 1e-6 is some ten roundings
        assert_close(submission.to_tensor(image), want, atol=1e-6, what=f"to_tensor of an image of shape {shape}")


@pytest.mark.points("0.5")
def test_to_tensor_errors(submission, rng):
    """to_tensor refuses what is no image of bytes"""
    image = pixels(rng, 5, 7, 3)
    for other in (image.float() / 255, image.long(), image.to(torch.int8), image.numpy().astype("float32")):
        text = f"to_tensor of {other.dtype} {'array' if not isinstance(other, torch.Tensor) else 'tensor'}"
        refused(lambda other=other: submission.to_tensor(other), TypeError, text)
    for shape in ((7,), (2, 5, 7, 3)):
        refused(lambda s=shape: submission.to_tensor(pixels(rng, *s)), ValueError, f"to_tensor of an image {shape}")


@pytest.mark.points(1)
@pytest.mark.hint("The channel is the third dimension from the end: give mean and std the shape (C, 1, 1).")
def test_normalize_value(submission, rng):
    """normalize subtracts the mean and divides by the deviation of each channel"""
    mean, std = torch.rand(3, generator=rng), torch.rand(3, generator=rng) + 0.5
    for shape in ((3, 5, 7), (3, 3, 3), (2, 3, 5, 7), (3, 3, 5, 3)):
        x = torch.rand(shape, generator=rng)
        m, s = mean[:, None, None], std[:, None, None]
        mistakes = {
            "The deviation is squared: divide by std once.": (x - m) / s**2,
            "First subtract, then divide.": x / s - m,
            "First subtract, then divide: the brackets are missing.": x - m / s,
            "Each channel has its own mean and deviation; these are the first one's.": (x - mean[0]) / std[0],
            "There is no ε beside the deviation.": (x - m) / (s + 1e-5),
            "mean and std are swapped.": (x - s) / m,
            "The mean is added.": (x + m) / s,
            "It is divided by the root of std; std is the deviation already.": (x - m) / s.sqrt(),
            "That is std times; divide by it.": (x - m) * s,
        }
        if shape[-1] == 3:
            mistakes["mean and std belong to the channels, not to the columns."] = (x - mean) / std
        if len(shape) == 4 and shape[0] == 3:
            first = (x - mean[:, None, None, None]) / std[:, None, None, None]
            mistakes["mean and std belong to the channels, not to the images of the batch."] = first
        for kind, values in (("lists", (mean.tolist(), std.tolist())), ("tensors", (mean, std))):
            got = submission.normalize(x, *values)
            # float32 and two operations on numbers of order 1
            what = f"normalize of an image of shape {shape}, with {kind}"
            assert_close(got, (x - m) / s, atol=1e-5, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_normalize_errors(submission, rng):
    """normalize refuses a wrong number of channels and a deviation of 0"""
    x = torch.rand(3, 5, 7, generator=rng)
    for mean, std in (([0.5] * 2, [0.5] * 2), ([0.5] * 3, [0.5]), ([0.5], [0.5] * 3), ([0.5] * 7, [0.5] * 7)):
        text = f"normalize of 3 channels with {len(mean)} means and {len(std)} deviations"
        refused(lambda m=mean, s=std: submission.normalize(x, m, s), ValueError, text)
    refused(lambda: submission.normalize(x, [0.5] * 3, [0.5, 0.0, 0.5]), ValueError, "normalize with a std of 0")
    got = submission.normalize(x, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    assert_close(got, x, atol=1e-6, what="normalize with the means 0 and the deviations 1")  # float32, two operations


def bilinear(img, size, **options):
    return F.interpolate(img[None], size, mode="bilinear", **options)[0]


@pytest.mark.points(1)
@pytest.mark.hint(
    "Output row i is read at (i + ½)·H/h − ½, clipped to [0, H − 1]; columns likewise.",
    "F.interpolate with align_corners=False does it; it wants a batch.",
)
def test_resize_pair(submission, rng):
    """resize gives an image of exactly the wanted height and width, bilinear"""
    img = torch.randn(3, 5, 7, generator=rng, dtype=torch.float64)
    for size in ((8, 11), (13, 7), (10, 10), (5, 14)):
        got = submission.resize(img, size)
        mistakes = {
            "Corner pixels are aligned; here it is align_corners=False.": bilinear(img, size, align_corners=True),
            "The values are clipped to 0 … 1; an image may have any values.": bilinear(img, size).clamp(0, 1),
            "That is the nearest pixel; interpolate.": F.interpolate(img[None], size)[0],
            "That is bicubic; interpolate bilinearly.": F.interpolate(img[None], size, mode="bicubic")[0],
            "Height and width are swapped: a pair is (vertical, horizontal).": bilinear(img, size[::-1]),
        }
        # float64 and a mean of four values from 0 to 1; coordinates may be rounded on the way
        assert_close(got, bilinear(img, size), atol=1e-10, what=f"resize(img, {size})", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Which side is the short one? The long one becomes size · long / short, rounded down.")
def test_resize_short_side(submission, rng):
    """resize(img, int) brings the short side to that size and keeps the proportion, rounded down"""
    for (height, width), size, want in (
        ((5, 8), 10, (10, 16)),
        ((8, 5), 10, (16, 10)),
        ((5, 7), 9, (9, 12)),
        ((7, 5), 9, (12, 9)),
        ((6, 6), 11, (11, 11)),
        ((5, 9), 3, (3, 5)),
    ):
        img = torch.rand(3, height, width, generator=rng, dtype=torch.float64)
        what = f"resize of a {height} x {width} image to {size}"
        got = check_type(submission.resize(img, size), torch.Tensor, what=what)
        told = {
            (size, size): "An int is the size of the short side, not of both.",
            (size, size * width // height): "The short side gets the size, whether it is the height or the width.",
            (size * height // width, size): "The short side gets the size, whether it is the height or the width.",
            (-(-size * height // min(height, width)), -(-size * width // min(height, width))): "Round down, not up.",
        }
        shape = tuple(got.shape[1:])
        if got.ndim == 3 and shape != want and shape in told:
            raise CheckFailed(f"{told[shape]} {what}: expected {want}, got {shape}")
        # float64 and a mean of four values from 0 to 1; coordinates may be rounded on the way
        assert_close(got, bilinear(img, want), atol=1e-10, what=what)


@pytest.mark.points("0.5")
@pytest.mark.hint("antialias=False: the four pixels around the place, whatever is skipped between the places.")
def test_resize_shrinks(submission, rng):
    """resize makes an image smaller without antialias"""
    img = torch.rand(2, 12, 15, generator=rng, dtype=torch.float64)
    for size in ((4, 5), (3, 7), 5):
        pair = size if isinstance(size, tuple) else (5, 6)
        got = submission.resize(img, size)
        mistakes = {
            "That is antialiased; read at the four pixels around the place only.": bilinear(img, pair, antialias=True),
            "That is the mean of an area; interpolate.": F.interpolate(img[None], pair, mode="area")[0],
            "Corner pixels are aligned; here it is align_corners=False.": bilinear(img, pair, align_corners=True),
            "That is the nearest pixel; interpolate.": F.interpolate(img[None], pair)[0],
        }
        # float64 and a mean of four values from 0 to 1; coordinates may be rounded on the way
        assert_close(got, bilinear(img, pair), atol=1e-10, what=f"resize(img, {size})", mistakes=mistakes)


def place_of(crop, img):
    """(top, left) of the crop in the image, whose values all differ."""
    (height, width), (h, w) = img.shape[1:], crop.shape[1:]
    for top in range(height - h + 1):
        for left in range(width - w + 1):
            if torch.equal(crop, img[:, top : top + h, left : left + w]):
                return top, left
    rows, columns = [{tuple(map(float, line)) for line in pixels.T} for pixels in (img.flatten(1), crop.flatten(1))]
    if columns <= rows:
        raise CheckFailed("the crop has pixels of the image, but it is no window of it: h rows and w columns in a row")
    raise CheckFailed("the crop is no window of the image; are all channels cut at the same place?")


@pytest.mark.points(1)
@pytest.mark.hint("One top and one left for all channels: img[:, top : top + h, left : left + w].")
def test_random_crop_window(submission, rng):
    """random_crop cuts a window of the wanted size out of all channels"""
    img = torch.randperm(3 * 7 * 9, generator=rng).reshape(3, 7, 9).float()
    generator = torch.Generator().manual_seed(seed(rng))
    for size in (4, (2, 5), [5, 2], (1, 9), (7, 1)):
        h, w = (size, size) if isinstance(size, int) else size
        crop = submission.random_crop(img, size, generator)
        what = f"random_crop(img, {size}, generator)"
        if isinstance(crop, torch.Tensor) and h != w and tuple(crop.shape) == (3, w, h):
            raise CheckFailed(f"{what}: height and width are swapped; a pair is (vertical, horizontal)")
        check_tensor(crop, shape=(3, h, w), dtype=torch.float32, what=what)
        place_of(crop, img)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("There are H − h + 1 rows at which a window can begin, from 0 to H − h.", "Draw top and left each.")
def test_random_crop_places(submission, rng):
    """random_crop finds every place equally often"""
    img = torch.arange(2 * 4 * 6).reshape(2, 4, 6).float()
    generator = torch.Generator().manual_seed(seed(rng))
    counts = {(top, left): 0 for top in range(3) for left in range(5)}  # windows of 2 x 2
    for _ in range(900):
        crop = submission.random_crop(img, 2, generator)
        check_tensor(crop, shape=(2, 2, 2), dtype=torch.float32, what="random_crop(img, 2, generator)")
        counts[place_of(crop, img)] += 1
    never = [place for place, count in counts.items() if count == 0]
    if never:
        edge = all(top == 2 or left == 4 for top, left in never)
        why = "the last row or column is left out" if edge else "is each of top and left drawn anew, on its own?"
        raise CheckFailed(f"of 15 places {len(never)} never came in 900 crops, such as {never[0]}: {why}")
    # 60 are expected, with a deviation of 7.5: 8 deviations happen once in 10¹⁵ draws.
    most, place = max((count, place) for place, count in counts.items())
    if most > 120:
        raise CheckFailed(f"the place {place} came {most} times in 900 crops of 15 places: all are equally likely")


def check_generator(submission, draw_once, rng, what):
    """The same state gives the same, the next call another, and the global generator is left alone."""
    state = seed(rng)
    runs = []
    for _ in range(2):
        generator = torch.Generator().manual_seed(state)
        runs.append([draw_once(generator) for _ in range(12)])
    for first, again in zip(*runs, strict=True):
        if not torch.equal(first, again):
            raise CheckFailed(f"{what}: a generator of the same state must give the same; draw from it alone")
    if all(torch.equal(runs[0][0], other) for other in runs[0][1:]):
        raise CheckFailed(f"{what}: twelve calls with one generator gave the same; use it as it is, never seed it")
    other = torch.Generator().manual_seed(state + 1)
    if all(torch.equal(a, draw_once(other)) for a in runs[0]):
        raise CheckFailed(f"{what}: another seed gives the same; is the generator used?")


@pytest.mark.points("0.5")
@pytest.mark.hint("torch.randint(…, generator=generator); Python's random and NumPy's know nothing of it.")
def test_random_crop_generator(submission, rng):
    """random_crop draws from the generator, and from it alone"""
    img = torch.rand(1, 40, 50, generator=rng)
    check_generator(submission, lambda g: submission.random_crop(img, 9, g), rng, "random_crop")
    moved = submission.driver.moves_global_generator("random_crop", img, 9, torch.Generator().manual_seed(1))
    check_equal(moved, False, what="whether PyTorch's global generator has moved though a generator was given")


@pytest.mark.points("0.5")
@pytest.mark.hint("The first in the list comes first: Compose([f, g])(img) is g(f(img)).")
def test_compose_order(submission, rng):
    """Compose applies its transforms in the order of the list"""
    x = torch.rand(3, 5, generator=rng, dtype=torch.float64)
    steps = [lambda t: t + 1, lambda t: t * 10, lambda t: t - 3]
    got = submission.Compose(steps)(x)
    mistakes = {
        "The last transform is applied first; the first of the list comes first.": (x - 3) * 10 + 1,
        "Only the last transform is applied.": x - 3,
        "Only the first transform is applied.": x + 1,
        "Nothing is applied.": x,
    }
    assert_close(got, (x + 1) * 10 - 3, atol=1e-12, what="Compose([+1, ·10, −3])(x)", mistakes=mistakes)  # float64


@pytest.mark.points("0.5")
def test_compose_edges(submission):
    """Compose takes no transforms, values of any kind, and calls each transform once"""
    check_equal(submission.Compose([])("a picture"), "a picture", what='Compose([])("a picture")')
    calls = []

    def note(name):
        return lambda value: (calls.append(name), [value, name])[1]

    got = submission.Compose([note("f"), note("g")])(1)
    check_equal(got, [[1, "f"], "g"], what="what two transforms make of 1")
    check_equal(calls, ["f", "g"], what="the calls")


def moves(img):
    """All that augment can give: (flipped, down, right) → image."""
    height, width = img.shape[1:]
    return {
        (flipped, i - 4, j - 4): padded[:, 8 - i : 8 - i + height, 8 - j : 8 - j + width]
        for flipped in (False, True)
        for padded in [F.pad(img.flip(-1) if flipped else img, (4, 4, 4, 4))]
        for i in range(9)
        for j in range(9)
    }


def move_of(result, table, img):
    """Which of the moves this result is."""
    for move, image in table.items():
        if torch.equal(result, image):
            return move
    upside_down = moves(img.flip(-2)).values()
    if any(torch.equal(result, image) for image in upside_down):
        raise CheckFailed("augment turned the image upside down; flip left and right, the last dimension")
    for mode, text in (("replicate", "repeat the edge"), ("reflect", "mirror the image"), ("circular", "come around")):
        for flipped in (img, img.flip(-1)):
            padded = F.pad(flipped[None], (4, 4, 4, 4), mode=mode)[0]
            if any(torch.equal(result, crop) for crop in crops(padded, img.shape)):
                raise CheckFailed(f"the pixels from outside {text}; they are 0")
    raise CheckFailed("augment gave none of the 2 · 9 · 9 images that flipping and moving by at most 4 pixels can give")


def crops(padded, shape):
    _, height, width = shape
    for top in range(padded.shape[1] - height + 1):
        for left in range(padded.shape[2] - width + 1):
            yield padded[:, top : top + height, left : left + width]


@pytest.mark.points(1)
@pytest.mark.hint(
    "Flip the last dimension, pad 4 zeros on each side, crop to the old size.",
    "F.pad takes the last dimension first, in pairs: (left, right, top, bottom).",
)
def test_augment_images(submission, rng):
    """augment gives the image, flipped or not, moved by up to 4 pixels, with zeros from outside"""
    img = torch.rand(3, 11, 13, generator=rng) + 0.5
    table = moves(img)
    generator = torch.Generator().manual_seed(seed(rng))
    for _ in range(20):
        result = submission.augment(img, generator)
        check_tensor(result, shape=(3, 11, 13), dtype=torch.float32, what="augment(img, generator)")
        move_of(result, table, img)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Half of the images are flipped; each of the 9 · 9 places is equally likely.")
def test_augment_draws(submission, rng):
    """augment flips half of the images and moves each in both directions, independently"""
    img = torch.arange(1.0, 1 + 6 * 7).reshape(1, 6, 7)
    table = moves(img)
    known = {image.contiguous().numpy().tobytes(): move for move, image in table.items()}  # a search takes too long
    generator = torch.Generator().manual_seed(seed(rng))
    found = []
    for _ in range(1500):
        result = submission.augment(img, generator)
        check_tensor(result, shape=(1, 6, 7), dtype=torch.float32, what="augment(img, generator)")
        key = result.contiguous().numpy().tobytes()
        found.append(known[key] if key in known else move_of(result, table, img))
    flips = sum(flipped for flipped, _, _ in found)
    # 750 are expected, with a deviation of 19.4: 8 deviations happen once in 10¹⁵ draws. So do those below.
    if not 595 <= flips <= 905:
        raise CheckFailed(f"{flips} of 1500 images were flipped; the probability is ½")
    for name, axis in (("down", 1), ("right", 2)):
        steps = [move[axis] for move in found]
        counts = {step: steps.count(step) for step in range(-4, 5)}
        if min(counts.values()) < 69 or max(counts.values()) > 264:  # 167 are expected, with a deviation of 12.2
            text = f"in 1500 images they came {counts} times"
            raise CheckFailed(f"steps {name} of −4 to 4 pixels are equally likely; {text}")
        both = [(flipped, step) for (flipped, _, _), step in zip(found, steps, strict=True)]
        pairs = [both.count((flipped, step)) for flipped in (False, True) for step in range(-4, 5)]
        if min(pairs) < 12 or max(pairs) > 155:  # 83 are expected, with a deviation of 8.9
            raise CheckFailed(f"whether the image is flipped and how far it moves {name} must not depend on each other")
    pairs = {(down, right) for _, down, right in found}
    if len(pairs) < 60:  # all 81 are expected; one of them fails to come once in a million draws
        text = f"only {len(pairs)} of the 81 places came in 1500 images"
        raise CheckFailed(f"draw the steps down and right each on its own: {text}")


@pytest.mark.points("0.5")
@pytest.mark.hint("Every draw takes generator=generator, the flip too.")
def test_augment_generator(submission, rng):
    """augment draws from the generator, and from it alone"""
    img = torch.rand(1, 20, 30, generator=rng) + 0.5
    check_generator(submission, lambda g: submission.augment(img, g), rng, "augment")
    moved = submission.driver.moves_global_generator("augment", img, torch.Generator().manual_seed(1))
    check_equal(moved, False, what="whether PyTorch's global generator has moved though a generator was given")
