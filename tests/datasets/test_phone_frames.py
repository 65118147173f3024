"""The invented speech: the real data's layout, separate seeds, and no test utterance among the training ones."""

from __future__ import annotations

import importlib.util
import os
import shutil
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from grader.checkers.metrics import accuracy
from grader.datasets import Dataset, Split, load_dataset
from grader.datasets.generator import Generator, checksum, load_generator
from grader.errors import DatasetError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "datasets" / "phone_frames"
LISTS = {"train": "train_split.txt", "test": "test_split.txt"}
REAL = Path(os.environ.get("GRADER_REAL_DATA", "")) / "libriphone.zip"


@pytest.fixture(scope="module")
def speech() -> Dataset:
    return load_dataset(FOLDER)


@pytest.fixture(scope="module")
def public(speech: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files; making them compares the checksum."""
    return speech.prepare(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def split(speech: Dataset) -> Split:
    return speech.split(7)


@pytest.fixture
def generator() -> Generator:
    return load_generator(FOLDER)


@pytest.fixture(scope="module")
def model() -> ModuleType:
    """model.py of the reference, whose reading function students are given."""
    return module(ROOT / "solutions" / "hw2_classification" / "model.py")


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"phone_frames_{path.stem}", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def names(folder: Path, kind: str) -> list[str]:
    return (folder / LISTS[kind]).read_text().splitlines()


def features(folder: Path, kind: str) -> list[torch.Tensor]:
    return [torch.load(folder / "feat" / kind / f"{name}.pt", weights_only=True) for name in names(folder, kind)]


def labels(folder: Path) -> dict[str, torch.Tensor]:
    rows = [line.split(" ") for line in (folder / "train_labels.txt").read_text().splitlines()]
    return {name: torch.tensor([int(phone) for phone in phones]) for name, *phones in rows}


def frames(utterances: list[torch.Tensor]) -> set[bytes]:
    return {row.tobytes() for utterance in utterances for row in utterance.numpy()}


def pairs(phones: list[torch.Tensor]) -> set[tuple[int, int]]:
    """Which phone follows which other one."""
    neighbours = (pair for p in phones for pair in zip(p[:-1].tolist(), p[1:].tolist(), strict=True))
    return {(a, b) for a, b in neighbours if a != b}


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return len(one) == len(other) and all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


# The layout


@pytest.mark.parametrize(("kind", "count"), [("train", 180), ("test", 60)])
def test_the_files_are_those_that_the_list_names(public: Path, kind: str, count: int):
    assert len(set(names(public, kind))) == len(names(public, kind)) == count
    files = {path.name for path in (public / "feat" / kind).iterdir()}
    assert files == {f"{name}.pt" for name in names(public, kind)}


@pytest.mark.parametrize("kind", ["train", "test"])
def test_a_file_is_a_tensor_of_frames_and_no_more(public: Path, kind: str):
    for name, utterance in zip(names(public, kind), features(public, kind), strict=True):
        assert utterance.dtype == torch.float32
        assert utterance.ndim == 2
        assert utterance.shape[1] == 39
        size = (public / "feat" / kind / f"{name}.pt").stat().st_size
        assert size < utterance.numel() * 4 + 3000  # a view would carry the whole batch with it


def test_every_training_frame_has_a_phone(public: Path):
    found = labels(public)
    assert list(found) == names(public, "train")
    assert [len(found[name]) for name in names(public, "train")] == [len(x) for x in features(public, "train")]
    assert torch.cat(list(found.values())).unique().tolist() == list(range(41))


def test_the_reading_function_reads_what_was_written(public: Path, model: ModuleType):
    read_features, read_phones = model.read_training_data(public)
    assert same(read_features, features(public, "train"))
    assert same(read_phones, [labels(public)[name] for name in names(public, "train")])


def test_the_test_files_are_the_beginning_of_the_public_split(speech: Dataset, public: Path):
    assert same(features(public, "test"), speech.split(speech.about.split_seed).inputs[:60])


def test_a_split_has_a_phone_for_each_frame_of_160_utterances(split: Split):
    assert len(split.inputs) == len(split.targets) == 160
    assert [x.shape for x in split.inputs] == [(len(y), 39) for y in split.targets]
    assert {y.dtype for y in split.targets} == {torch.int64}
    assert {x.dtype for x in split.inputs} == {torch.float32}
    assert len({len(x) for x in split.inputs}) > 50


# The seeds


def test_the_generator_is_deterministic(speech: Dataset, split: Split):
    np.random.seed(1)
    torch.manual_seed(1)
    again = speech.split(7)
    assert same(split.inputs, again.inputs)
    assert same(split.targets, again.targets)


def test_the_split_seed_changes_the_test_files_alone(generator: Generator, public: Path, tmp_path: Path):
    generator.write(tmp_path, world_seed=0, split_seed=1)
    assert (tmp_path / "train_labels.txt").read_bytes() == (public / "train_labels.txt").read_bytes()
    assert same(features(tmp_path, "train"), features(public, "train"))
    assert not frames(features(tmp_path, "test")) & frames(features(public, "test"))


def test_the_world_seed_changes_the_language(generator: Generator, public: Path, split: Split):
    _, targets = generator.split(world_seed=1, split_seed=7)
    known = pairs(list(labels(public).values()))
    assert len(pairs(targets) & known) < 0.3 * len(known)
    assert pairs(split.targets) <= known  # another split seed, the same language


def test_no_test_frame_stands_in_the_training_files_or_in_another_split(speech: Dataset, public: Path, split: Split):
    drawn = frames(split.inputs)
    assert len(drawn) == sum(map(len, split.inputs))
    assert not drawn & frames(features(public, "train"))
    assert not drawn & frames(features(public, "test"))
    assert not drawn & frames(speech.split(8).inputs)


def test_no_test_utterance_says_what_a_training_utterance_says(public: Path, split: Split):
    said = {tuple(phones.tolist()) for phones in labels(public).values()}
    assert not said & {tuple(phones.tolist()) for phones in split.targets}


def test_names_of_training_and_test_differ(public: Path):
    assert not set(names(public, "train")) & set(names(public, "test"))


# The language


def test_three_phones_can_follow_a_phone_and_three_can_come_before(public: Path):
    found = pairs(list(labels(public).values()))
    for place in (0, 1):
        assert [sum(pair[place] == phone for pair in found) for phone in range(41)] == [3] * 41


def test_every_utterance_is_normalised_by_itself(split: Split):
    for utterance in split.inputs:
        assert utterance.mean(dim=0).abs().max() < 1e-3
        assert (utterance.std(dim=0, correction=0) - 1).abs().max() < 1e-3


@pytest.mark.parametrize("first", [0, 13], ids=["delta", "delta of delta"])
def test_features_are_followed_by_their_differences(split: Split, first: int):
    x = split.inputs[0][:, first : first + 13].double()
    p = torch.cat([x[:1], x[:1], x, x[-1:], x[-1:]])
    slope = (2 * (p[4:] - p[:-4]) + (p[3:-1] - p[1:-3])) / 10
    slope = (slope - slope.mean(dim=0)) / slope.std(dim=0, correction=0)
    assert torch.allclose(slope, split.inputs[0][:, first + 13 : first + 26].double(), atol=2e-3)


def test_what_the_training_files_teach_holds_for_a_split(public: Path, split: Split):
    x, y = torch.cat(features(public, "train")).double(), torch.cat(list(labels(public).values()))
    means = torch.stack([x[y == phone].mean(dim=0) for phone in range(41)])
    within = torch.cov((x - means[y]).T)
    weights = torch.linalg.solve(within, means.T)  # Gaussians with one covariance: linear
    bias = y.bincount().log() - (means.T * weights).sum(dim=0) / 2
    guesses = [(u.double() @ weights + bias).argmax(dim=1) for u in split.inputs]
    assert 0.33 < accuracy(guesses, split.targets) < 0.42
    late = [guess.roll(4) for guess in guesses]  # labels that do not belong to their frames
    assert accuracy(late, split.targets) < 0.25


# The checksum


def test_a_changed_phone_changes_the_checksum(generator: Generator, public: Path, tmp_path: Path, speech: Dataset):
    copy = shutil.copytree(public, tmp_path / "copy")
    assert checksum(generator.arrays(copy)) == speech.about.checksum
    text = (copy / "train_labels.txt").read_text()
    (copy / "train_labels.txt").write_text(text.removesuffix("\n")[:-1] + str((int(text[-2]) + 1) % 10) + "\n")
    assert checksum(generator.arrays(copy)) != speech.about.checksum


@pytest.mark.parametrize(
    ("kind", "by", "noticed"), [("train", 1e-3, True), ("test", 1e-3, True), ("train", 1e-6, False)]
)
def test_the_checksum_notices_a_changed_feature_but_no_rounding(
    generator: Generator, public: Path, tmp_path: Path, speech: Dataset, kind: str, by: float, noticed: bool
):
    copy = shutil.copytree(public, tmp_path / "copy")
    path = copy / "feat" / kind / f"{names(copy, kind)[-1]}.pt"
    torch.save(torch.load(path, weights_only=True) + by, path)
    assert (checksum(generator.arrays(copy)) != speech.about.checksum) == noticed


# The real data


@pytest.fixture(params=["archive", "folder", "files"])
def raw(public: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Files in the real layout, packed as the course packs them, unpacked, or taken out of their folder."""
    raw = tmp_path / "raw"
    raw.mkdir()
    if request.param == "archive":
        pack(public, raw / "libriphone.zip")
        return raw
    shutil.copytree(public, raw / "libriphone")
    return raw if request.param == "folder" else raw / "libriphone"


def pack(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as members:
        for path in sorted(folder.rglob("*")):
            members.write(path, Path("libriphone") / path.relative_to(folder))


def test_the_real_layout_comes_out_as_it_went_in(
    generator: Generator, public: Path, raw: Path, tmp_path: Path, model: ModuleType
):
    folder = tmp_path / "cut"
    folder.mkdir()
    inputs, targets = generator.write_real(raw, folder)
    kept, phones = model.read_training_data(folder)
    all_features, all_phones = features(public, "train"), list(labels(public).values())
    assert same(inputs, all_features[9::10])
    assert same(targets, all_phones[9::10])
    del all_features[9::10], all_phones[9::10]
    assert same(kept, all_features)
    assert same(phones, all_phones)
    assert same(features(folder, "test"), features(public, "test"))


def test_the_hold_out_stands_in_no_training_file(generator: Generator, raw: Path, tmp_path: Path):
    folder = tmp_path / "cut"
    folder.mkdir()
    inputs, _ = generator.write_real(raw, folder)
    assert len(list((folder / "feat" / "train").iterdir())) == len(names(folder, "train")) == len(labels(folder)) == 162
    assert not frames(inputs) & frames(features(folder, "train"))


def test_the_archive_is_taken_from_a_folder_without_the_network(speech: Dataset, public: Path, tmp_path: Path):
    pack(public, tmp_path / "libriphone.zip")
    folder = speech.prepare(tmp_path / "cache", "real", offline=True, data_dir=tmp_path)
    assert len(names(folder, "train")) == 162
    assert len(speech.public_split(tmp_path / "cache", "real").inputs) == 18


def test_without_the_archive_and_the_network_there_are_instructions(speech: Dataset, tmp_path: Path):
    with pytest.raises(DatasetError, match=r"libriphone\.zip of 'phone_frames' is not in the cache"):
        speech.prepare(tmp_path, "real", offline=True)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("train_split.txt", "1003-", "../1003-", r"train_split\.txt: '\.\./1003-27-0000' is no name of an utterance"),
        ("train_labels.txt", "1010-97-0000 ", "1010-97-0000 1 ", r"has \d+ frames, train_labels\.txt \d+ phones"),
    ],
)
def test_broken_real_files_are_named(
    generator: Generator, public: Path, tmp_path: Path, file: str, old: str, new: str, message: str
):
    raw, folder = shutil.copytree(public, tmp_path / "raw"), tmp_path / "cut"
    folder.mkdir()
    text = (raw / file).read_text()
    assert old in text
    (raw / file).write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=message):
        generator.write_real(raw, folder)


def test_a_missing_member_of_the_archive_is_named(generator: Generator, public: Path, tmp_path: Path):
    raw, folder = shutil.copytree(public, tmp_path / "raw"), tmp_path / "cut"
    folder.mkdir()
    (raw / "feat" / "test" / f"{names(public, 'test')[3]}.pt").unlink()
    pack(raw, tmp_path / "libriphone.zip")
    with pytest.raises(FileNotFoundError, match=r"holds no libriphone/feat/test/5004-37-0000\.pt"):
        generator.write_real(tmp_path, folder)


@pytest.mark.skipif(not REAL.is_file(), reason="GRADER_REAL_DATA names no folder with libriphone.zip")
@pytest.mark.heavy
def test_the_real_archive_is_read(speech: Dataset, tmp_path: Path):
    folder = speech.prepare(tmp_path, "real", offline=True, data_dir=REAL.parent)
    assert len(names(folder, "train")) == 4268 - 426
    assert len(names(folder, "test")) == 1078
    assert torch.cat(speech.public_split(tmp_path, "real").targets).max() == 40


# The baselines


def test_no_baseline_comes_near_the_first_tier(public: Path, split: Split):
    found = module(FOLDER / "baselines.py").baselines(public)
    assert len(found) == 3
    for name, predict in found.items():
        assert accuracy(predict(split.inputs), split.targets) < 0.1, name
