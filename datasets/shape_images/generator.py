"""Invented pictures in the layout of ML2022's food-11: eleven kinds of shapes and textures, 32 × 32 pixels.

How a picture is made is told in README.md beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from grader.errors import DatasetError

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

SIDE = 32
TRAINING, VALIDATION, TEST = "training", "validation", "test"
TRAINING_EACH, VALIDATION_EACH, TEST_EACH = 200, 40, 300  # pictures of a class
TEST_FILES = 880  # of the published split
UPRIGHT = np.deg2rad(15)  # training pictures are turned by less than this
SAMPLES = 2  # a pixel and direction: a pixel that an edge crosses has a colour between the two

REAL_ARCHIVE = "food11.zip"
REAL_SIDE = 128  # the shorter side of a real picture, as the course's own notebook has it
_REAL_NAME = re.compile(r"(?:.*/)?((?:training|validation)/\d+_\d+|test/\d+)\.jpg")


def _centres(count: int) -> Array:
    """Centres of ``count`` equal parts of the picture, which reaches from −1 to 1."""
    return (np.arange(count) + 0.5) * (2 / count) - 1


# To the right and down: of each sample (64, 64), and of each pixel (32, 32, 2).
_GRID = np.meshgrid(_centres(SAMPLES * SIDE), _centres(SAMPLES * SIDE))
_PIXELS = np.stack(np.meshgrid(_centres(SIDE), _centres(SIDE)), axis=-1)


def _polar(x: Array, y: Array) -> tuple[Array, Array]:
    return np.hypot(x, y), np.arctan2(y, x)


def _disc(x: Array, y: Array) -> Array:
    return 0.75 - np.hypot(x, y)


def _ring(x: Array, y: Array) -> Array:
    return 0.2 - abs(np.hypot(x, y) - 0.66)


def _square(x: Array, y: Array) -> Array:
    return 0.68 - np.maximum(abs(x), abs(y))


def _triangle(x: Array, y: Array) -> Array:
    return np.minimum(0.55 - y, 0.45 * y + 0.34 - 0.85 * abs(x))


def _star(x: Array, y: Array) -> Array:
    r, a = _polar(x, y)
    return 0.56 + 0.32 * np.cos(5 * (a + np.pi / 2)) - r


def _cross(x: Array, y: Array) -> Array:
    bars = np.minimum(abs(x), abs(y)), np.maximum(abs(x), abs(y))
    return np.minimum(0.24 - bars[0], 0.86 - bars[1])


def _crescent(x: Array, y: Array) -> Array:
    return np.minimum(0.82 - np.hypot(x, y), np.hypot(x - 0.42, y) - 0.6)


def _stripes(x: Array, y: Array) -> Array:
    return np.minimum(0.9 - np.hypot(x, y), np.sin(9 * y))


def _chequers(x: Array, y: Array) -> Array:
    return np.minimum(0.9 - np.hypot(x, y), np.sin(7.5 * x) * np.sin(7.5 * y))


def _dots(x: Array, y: Array) -> Array:
    return np.minimum(0.95 - np.hypot(x, y), np.cos(9 * x) + np.cos(9 * y) - 0.8)


def _spiral(x: Array, y: Array) -> Array:
    r, a = _polar(x, y)
    return np.minimum(0.95 - r, np.sin(2 * a - 9 * r))


KINDS: tuple[tuple[str, Callable[[Array, Array], Array]], ...] = (
    # A kind is where its function of the shape's own coordinates (x to the right, y down) is positive.
    ("disc", _disc),
    ("ring", _ring),
    ("square", _square),
    ("triangle", _triangle),
    ("star", _star),
    ("cross", _cross),
    ("crescent", _crescent),
    ("stripes", _stripes),
    ("chequers", _chequers),
    ("dots", _dots),
    ("spiral", _spiral),
)


class View(NamedTuple):
    """How pictures are taken: the greatest angle, in radians, and whether half of them are mirrored."""

    turn: float
    mirrored: bool


AS_TRAINED = View(UPRIGHT, mirrored=False)
AS_TESTED = View(np.pi, mirrored=True)


def write(folder: Path, *, world_seed: int, split_seed: int) -> None:
    """Writes the folders training (2200 pictures), validation (440) and test (880, no labels) to ``folder``.

    Args:
        folder: exists.
        world_seed: of the training and validation pictures.
        split_seed: of the split whose first pictures are published, without labels, in test.
    """
    rng = np.random.default_rng([world_seed, 0])
    for name, each, view in ((TRAINING, TRAINING_EACH, AS_TRAINED), (VALIDATION, VALIDATION_EACH, AS_TESTED)):
        (folder / name).mkdir()
        for kind in range(len(KINDS)):
            for i in range(each):
                _save(_picture(kind, view, rng), folder / name / f"{kind}_{i}.png")
    (folder / TEST).mkdir()
    pictures, _ = _test_pictures(world_seed, split_seed, TEST_FILES)
    for i, pixels in enumerate(pictures, start=1):
        _save(pixels, folder / TEST / f"{i:04}.png")


def split(*, world_seed: int, split_seed: int) -> tuple[Tensor, Tensor]:
    """A test split: pictures (3300, 32, 32, 3), uint8, rows from the top, RGB last; classes (3300,), int64."""
    pictures, kinds = _test_pictures(world_seed, split_seed, len(KINDS) * TEST_EACH)
    return torch.from_numpy(pictures), torch.from_numpy(kinds)


def arrays(folder: Path) -> Iterator[NDArray[np.generic]]:
    """The pixels and labels that ``write`` wrote, for the checksum."""
    for name in (TRAINING, VALIDATION, TEST):
        paths = sorted((folder / name).glob("*.png"), key=lambda path: [int(n) for n in path.stem.split("_")])
        yield np.stack([np.asarray(Image.open(path)) for path in paths])
        if name != TEST:
            yield np.array([int(path.stem.split("_")[0]) for path in paths])


def write_real(raw: Path, folder: Path) -> tuple[Tensor, Tensor]:
    """Makes the folder that is trained on from the real pictures in ``raw``, and a hold-out to look at.

    Every picture is reduced to a shorter side of 128 pixels: full size, they would fill the disk a second time.
    Of the validation pictures those with an odd number are held out; nobody has published the test labels.

    Args:
        raw: holds food11.zip.
    Returns:
        pictures (N, 32, 32, 3), uint8, and classes (N,), int64, of the hold-out.
    Raises DatasetError if no picture is there, or one cannot be read.
    """
    for name in (TRAINING, VALIDATION, TEST):
        (folder / name).mkdir()
    held: list[Pixels] = []
    kinds: list[int] = []
    for stem, picture in _real_pictures(raw / REAL_ARCHIVE):
        name, _, number = stem.rpartition("/")
        kind, _, count = number.partition("_")
        if name == VALIDATION and int(count) % 2:
            held.append(np.array(ImageOps.fit(picture, (SIDE, SIDE), Image.Resampling.BILINEAR)))
            kinds.append(int(kind))
        else:
            picture.save(folder / f"{stem}.jpg", quality=90)
    if not held:
        raise DatasetError(f"{raw / REAL_ARCHIVE}: holds no pictures such as validation/0_1.jpg; get the course's file")
    return torch.from_numpy(np.stack(held)), torch.tensor(kinds)


def _test_pictures(world_seed: int, split_seed: int, count: int) -> tuple[Pixels, NDArray[np.int64]]:
    """The first pictures of a split, (count, 32, 32, 3), and their classes (count,), in random order."""
    rng = np.random.default_rng([world_seed, 1, split_seed])
    kinds = rng.permutation(np.repeat(np.arange(len(KINDS)), TEST_EACH))[:count]
    return np.stack([_picture(kind, AS_TESTED, rng) for kind in kinds]), kinds


def _picture(kind: int, view: View, rng: Generator) -> Pixels:
    """Draws one picture of a kind, (32, 32, 3)."""
    size, aspect = rng.uniform(0.5, 0.85), rng.uniform(0.85, 1.18)
    place = rng.uniform(-0.25, 0.25, 2)
    angle = rng.uniform(-view.turn, view.turn)
    mirror = -1.0 if view.mirrored and rng.random() < 0.5 else 1.0
    dx, dy = _GRID[0] - place[0], _GRID[1] - place[1]
    x = (np.cos(angle) * dx + np.sin(angle) * dy) * (mirror / (size * aspect))
    y = (np.cos(angle) * dy - np.sin(angle) * dx) * (aspect / size)
    shape = _coverage(KINDS[kind][1](x, y) > 0)

    ground, ink = _two_colours(rng)
    light = rng.normal(0, 0.1, (2, 3))
    picture = ground + shape * (ink - ground) + _PIXELS @ light
    picture += _stroke(rng) * (rng.uniform(0, 1, 3) - picture)
    picture += rng.normal(0, 0.03, picture.shape)
    return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def _two_colours(rng: Generator) -> tuple[Array, Array]:
    """Two colours, (3,) each in 0 … 1, that can be told apart."""
    while True:
        one, two = rng.uniform(0, 1, (2, 3))
        if abs(one - two).sum() > 1.0:
            return one, two


def _stroke(rng: Generator) -> Array:
    """How much of each pixel a straight line of random place and direction covers, (32, 32, 1)."""
    place, angle, width = rng.uniform(-1, 1, 2), rng.uniform(0, np.pi), rng.uniform(0.03, 0.07)
    away = (_GRID[0] - place[0]) * np.sin(angle) - (_GRID[1] - place[1]) * np.cos(angle)
    return _coverage(abs(away) < width)


def _coverage(inside: NDArray[np.bool_]) -> Array:
    """The share of its samples that are inside, for each pixel: (64, 64) -> (32, 32, 1)."""
    return inside.reshape(SIDE, SAMPLES, SIDE, SAMPLES).mean(axis=(1, 3))[..., None]


def _save(pixels: Pixels, path: Path) -> None:
    Image.fromarray(pixels).save(path)


def _real_pictures(path: Path) -> Iterator[tuple[str, Image.Image]]:
    """Every picture of the archive, reduced, and its name, such as training/0_17. Other files are passed over."""
    try:
        with ZipFile(path) as archive:
            # Members are read, never extracted: a name in the archive cannot lead out of the folder.
            for member in sorted(archive.namelist()):
                if found := _REAL_NAME.fullmatch(member):
                    with archive.open(member) as file:
                        yield found[1], _reduced(Image.open(file))
    except (OSError, BadZipFile) as error:  # Pillow's errors derive from OSError
        raise DatasetError(f"{path}: a picture cannot be read ({error}); get the file again") from error


def _reduced(picture: Image.Image) -> Image.Image:
    factor = REAL_SIDE / min(picture.size)
    if factor >= 1:
        return picture.convert("RGB")
    size = round(picture.width * factor), round(picture.height * factor)
    picture.draft("RGB", size)  # a JPEG is decoded at a fraction of its size, several times faster
    return picture.convert("RGB").resize(size, Image.Resampling.BICUBIC)
