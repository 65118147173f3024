"""The invented pictures: the real data's layout, separate seeds, and no test picture among those to train on."""

from __future__ import annotations

import importlib.util
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from grader.datasets import Dataset, load_dataset
from grader.datasets.cache import sha256_of
from grader.datasets.description import RealFile
from grader.datasets.generator import load_generator
from grader.errors import DatasetError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "datasets" / "shape_images"
SOLUTION = ROOT / "solutions" / "hw3_cnn"
FEW = {"TRAINING_EACH": 4, "VALIDATION_EACH": 2, "TEST_EACH": 3, "TEST_FILES": 20}


@pytest.fixture(scope="module")
def pictures() -> Dataset:
    return load_dataset(FOLDER)


@pytest.fixture(scope="module")
def public(pictures: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files; making them compares the checksum."""
    return pictures.prepare(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def published(pictures: Dataset) -> tuple[Tensor, Tensor]:
    split = pictures.split(pictures.about.split_seed)
    return split.inputs, split.targets


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator, of small folders."""
    generator = load_generator(FOLDER)
    for name, value in FEW.items():
        monkeypatch.setattr(generator, name, value)
    return generator


@pytest.fixture
def reference() -> ModuleType:
    """model.py; a student gets its PictureFolder as it is."""
    spec = importlib.util.spec_from_file_location("hw3_model", SOLUTION / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(generator: ModuleType, folder: Path, **seeds: int) -> dict[str, dict[str, bytes]]:
    """The pixels of every file that the generator writes, by folder and name."""
    folder.mkdir()
    generator.write(folder, **seeds)
    return {
        part.name: {file.name: np.asarray(Image.open(file)).tobytes() for file in part.iterdir()}
        for part in folder.iterdir()
    }


def test_the_folders_have_the_real_layout(public: Path):
    assert sorted(folder.name for folder in public.iterdir()) == ["test", "training", "validation"]
    for name, each in (("training", 200), ("validation", 40)):
        names = {file.name for file in (public / name).iterdir()}
        assert names == {f"{kind}_{i}.png" for kind in range(11) for i in range(each)}
    assert {file.name for file in (public / "test").iterdir()} == {f"{i:04}.png" for i in range(1, 881)}


def test_every_picture_is_32_pixels_square_and_coloured(public: Path):
    kinds = Counter()
    for file in public.rglob("*.png"):
        with Image.open(file) as picture:
            kinds[picture.size, picture.mode] += 1
    assert kinds == {((32, 32), "RGB"): 2200 + 440 + 880}


def test_a_split_has_as_many_pictures_of_every_class(published: tuple[Tensor, Tensor]):
    inputs, targets = published
    assert inputs.shape == (3300, 32, 32, 3)
    assert inputs.dtype == torch.uint8
    assert targets.shape == (3300,)
    assert targets.dtype == torch.int64
    assert targets.bincount().tolist() == [300] * 11


def test_the_order_of_a_split_tells_nothing(published: tuple[Tensor, Tensor]):
    _, targets = published
    neighbours = (targets[1:] == targets[:-1]).float().mean().item()
    assert neighbours == pytest.approx(1 / 11, abs=0.02)  # four deviations


def test_the_test_folder_is_the_beginning_of_the_public_split(public: Path, published: tuple[Tensor, Tensor]):
    for number in (1, 2, 440, 880):
        pixels = np.asarray(Image.open(public / "test" / f"{number:04}.png"))
        assert np.array_equal(pixels, published[0][number - 1].numpy())


def test_the_generator_is_deterministic(few: ModuleType):
    np.random.seed(1)
    torch.manual_seed(1)
    one = few.split(world_seed=3, split_seed=7)
    np.random.seed(2)
    torch.manual_seed(2)
    two = few.split(world_seed=3, split_seed=7)
    assert torch.equal(one[0], two[0])
    assert torch.equal(one[1], two[1])


def test_the_split_seed_changes_the_test_pictures_alone(few: ModuleType, tmp_path: Path):
    one = written(few, tmp_path / "one", world_seed=3, split_seed=7)
    two = written(few, tmp_path / "two", world_seed=3, split_seed=8)
    assert one["training"] == two["training"]
    assert one["validation"] == two["validation"]
    assert not set(one["test"].values()) & set(two["test"].values())


def test_the_world_seed_changes_every_picture(few: ModuleType, tmp_path: Path):
    one = written(few, tmp_path / "one", world_seed=3, split_seed=7)
    two = written(few, tmp_path / "two", world_seed=4, split_seed=7)
    for name in ("training", "validation", "test"):
        assert not set(one[name].values()) & set(two[name].values())


def test_no_test_picture_resembles_one_to_train_on(public: Path, published: tuple[Tensor, Tensor]):
    files = [*(public / "training").iterdir(), *(public / "validation").iterdir()]
    known = torch.from_numpy(np.stack([np.asarray(Image.open(file)) for file in files])).flatten(1).float()
    apart = torch.cdist(published[0].flatten(1).float(), known).min(dim=1).values / known.shape[1] ** 0.5
    # The same scene drawn twice would differ by its noise alone: a deviation of √2 · 0.03 · 255 = 10.8.
    assert apart.min() > 25


def test_training_pictures_stand_upright_and_others_do_not(few: ModuleType, monkeypatch: pytest.MonkeyPatch):
    angles: dict[str, list[float]] = {}
    monkeypatch.setattr(few, "_save", lambda pixels, path: None)
    monkeypatch.setattr(few, "KINDS", tuple((name, lambda x, y: _remember(x, y)) for name, _ in few.KINDS))
    seen: list[float] = []

    def _remember(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        # y grows downwards in the shape's own coordinates: where does it point in the picture?
        down, right = np.gradient(y)
        seen.append(float(np.degrees(np.arctan2(-right.mean(), down.mean()))))
        return x

    rng = np.random.default_rng(0)
    for name, view in (("training", few.AS_TRAINED), ("test", few.AS_TESTED)):
        seen.clear()
        for _ in range(200):
            few._picture(0, view, rng)
        angles[name] = [abs(angle) for angle in seen]
    assert max(angles["training"]) <= 15.0001
    assert max(angles["test"]) > 170
    assert sum(angle > 90 for angle in angles["test"]) == pytest.approx(100, abs=30)  # four deviations


@pytest.fixture
def food(tmp_path: Path) -> Path:
    """A small food11.zip: JPEG photos of several sizes, and files that are none."""
    raw = tmp_path / "raw"
    raw.mkdir()
    rng = np.random.default_rng(0)
    with ZipFile(raw / "food11.zip", "w") as archive:
        names = [f"training/{kind}_{i}.jpg" for kind in range(11) for i in range(2)]
        names += [f"validation/{kind}_{i}.jpg" for kind in range(11) for i in range(4)]
        names += [f"test/{i:04}.jpg" for i in range(1, 4)]
        for name, size in zip(names, [(512, 384), (300, 512), (90, 60)] * len(names), strict=False):
            photo = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(size)
            file = io.BytesIO()
            photo.save(file, "JPEG")
            archive.writestr(f"food11/{name}", file.getvalue())
        archive.writestr("food11/training/notes.txt", "no picture")
        archive.writestr("__MACOSX/food11/training/._0_0.jpg", "no picture either")
        archive.writestr("../training/evil.jpg", "a name that leads out of the folder")
    return raw


def test_the_real_photos_are_reduced_and_every_second_of_validation_is_held_out(food: Path, tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    inputs, targets = load_generator(FOLDER).write_real(food, folder)
    assert inputs.shape == (22, 32, 32, 3)
    assert inputs.dtype == torch.uint8
    assert targets.tolist() == sorted([*range(11), *range(11)], key=lambda kind: str(f"{kind}_"))
    names = {name: {file.name for file in (folder / name).iterdir()} for name in ("training", "validation", "test")}
    assert names["training"] == {f"{kind}_{i}.jpg" for kind in range(11) for i in range(2)}
    assert names["validation"] == {f"{kind}_{i}.jpg" for kind in range(11) for i in (0, 2)}
    assert names["test"] == {"0001.jpg", "0002.jpg", "0003.jpg"}
    sizes = set()
    for file in (folder / "training").iterdir():
        with Image.open(file) as photo:
            sizes.add(photo.size)
    assert sizes == {(171, 128), (128, 218), (90, 60)}  # a photo is never enlarged


def test_real_data_are_prepared_with_a_hold_out(pictures: Dataset, food: Path, tmp_path: Path):
    own = replace(pictures.about, files=(RealFile("food11.zip", "", sha256_of(food / "food11.zip"), ()),))
    dataset = Dataset(FOLDER, own)
    folder = dataset.prepare(tmp_path, "real", offline=True, data_dir=food)
    assert len(list((folder / "training").iterdir())) == 22
    assert dataset.public_split(tmp_path, "real").inputs.shape == (22, 32, 32, 3)


def test_an_archive_without_photos_says_what_belongs_there(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with ZipFile(tmp_path / "food11.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing else")
    with pytest.raises(DatasetError, match=r"holds no pictures such as validation/0_1\.jpg; get the course's file"):
        load_generator(FOLDER).write_real(tmp_path, folder)


def test_a_broken_archive_says_so(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "food11.zip").write_bytes(b"half a download")
    with pytest.raises(DatasetError, match=r"food11\.zip: a picture cannot be read .* get the file again"):
        load_generator(FOLDER).write_real(tmp_path, folder)


def test_the_students_dataset_reads_generated_pictures(few: ModuleType, reference: ModuleType, tmp_path: Path):
    few.write(tmp_path, world_seed=3, split_seed=7)
    inputs, _ = few.split(world_seed=3, split_seed=7)
    training = reference.PictureFolder(tmp_path / "training")
    test = reference.PictureFolder(tmp_path / "test")
    turned = reference.PictureFolder(tmp_path / "training", transform=lambda image: image.flip(1))
    assert torch.equal(test.images, inputs[:20])
    assert test.labels.tolist() == [-1] * 20
    assert len(training) == 44
    assert training.labels.bincount().tolist() == [4] * 11
    assert turned[5][1] == training[5][1]
    assert torch.equal(turned[5][0], training[5][0].flip(1))


def test_the_students_dataset_reads_the_real_photos(food: Path, reference: ModuleType, tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    load_generator(FOLDER).write_real(food, folder)
    training = reference.PictureFolder(folder / "training")
    assert training.images.shape == (22, 32, 32, 3)
    assert training.labels.bincount().tolist() == [2] * 11
    assert reference.PictureFolder(folder / "test").labels.tolist() == [-1] * 3
