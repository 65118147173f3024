"""Invented speech in the layout of ML2022's HW2 data: utterances of (T, 39) frames, one of 41 phones in each frame.

How the invented language works is told in README.md beside this file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Utterance = tuple[Array, Labels]
"""Features (T, 39) and a phone for each frame (T,)."""

PHONES = 41
GROUP = 3  # phones 0, 1, 2 are alike, so are 3, 4, 5, and so on; the last group is 39, 40
ACCENTS = 3  # a speaker has one of them
CEPSTRA = 13  # with their first and second differences: 39 features
SUCCESSORS = 3  # phones that can follow a phone
TRAIN_UTTERANCES = 180
SPLIT_UTTERANCES = 160
TEST_FILES = 60  # utterances of the public split that are published, without labels
FRAMES = (4, 12)  # in a phone, on average: the shortest phone's and the longest one's
DECIMALS = 4

GROUP_SPREAD = 1.25  # of the groups' sounds
PHONE_SPREAD = 0.8  # of the phones' sounds in their group
NOISE = 1.7
INERTIA = 0.5  # of the tongue: what is left of the last frame's sound in the next

TRAIN_LIST, TEST_LIST, LABELS = "train_split.txt", "test_split.txt", "train_labels.txt"
ARCHIVE, ARCHIVE_FOLDER = "libriphone.zip", "libriphone"


class Language(NamedTuple):
    """What all speakers have in common."""

    sound: Array  # (ACCENTS, 41, 13): what each phone's frames tend to
    follows: Labels  # (41, SUCCESSORS): the phones that can follow, the likeliest first
    length: Array  # (41,): mean number of frames


def write(folder: Path, *, world_seed: int, split_seed: int) -> None:
    """Writes 180 utterances with labels and 60 without, in the real data's layout, to ``folder``.

    Args:
        folder: exists.
        world_seed: for the language and for what is published with labels.
        split_seed: of the split whose first utterances are published, without labels, as the test files.
    """
    language, rng = _language(world_seed)
    train = _utterances(language, TRAIN_UTTERANCES, rng)
    test = _split(world_seed, split_seed)[:TEST_FILES]
    train_names = _write_features(folder, "train", train)
    test_names = _write_features(folder, "test", test)
    _write_lines(folder / TRAIN_LIST, train_names)
    _write_lines(folder / TEST_LIST, test_names)
    rows = (" ".join([name, *map(str, labels)]) for name, (_, labels) in zip(train_names, train, strict=True))
    _write_lines(folder / LABELS, rows)


def split(*, world_seed: int, split_seed: int) -> tuple[list[Tensor], list[Tensor]]:
    """A test split: 160 utterances (T, 39), float32, and their phones (T,), int64.

    Every utterance is spoken afresh, by a speaker of its own, in the language of ``world_seed``.
    """
    drawn = _split(world_seed, split_seed)
    return [_as_tensor(features) for features, _ in drawn], [torch.from_numpy(labels) for _, labels in drawn]


def arrays(folder: Path) -> Iterator[NDArray[Any]]:
    """The numbers in the files that ``write`` wrote, for the checksum: labels and features, in the lists' order."""
    labels = _read_labels((folder / LABELS).read_text())
    for kind, names in (("train", TRAIN_LIST), ("test", TEST_LIST)):
        for name in (folder / names).read_text().split():
            if kind == "train":
                yield np.array(labels[name])
            yield torch.load(folder / "feat" / kind / f"{name}.pt", weights_only=True).numpy()


def write_real(raw: Path, folder: Path) -> tuple[list[Tensor], list[Tensor]]:
    """Makes the folder that is trained on from the real files, and a hold-out to look at.

    Every tenth utterance of train_split.txt is held out. The test files are copied; nobody has published
    their labels.

    Args:
        raw: holds libriphone.zip, or the folder libriphone that comes out of it, or that folder's files.
        folder: exists.
    Returns:
        inputs (T, 39), float32, and targets (T,), int64, of the hold-out: one of each for an utterance.
    Raises FileNotFoundError where a file is missing, ValueError where one is not as it should be.
    """
    inputs, targets = [], []
    with _real_files(raw) as read:
        text = read(LABELS).decode()
        labels = _read_labels(text)
        lists = {"train": _names(read, TRAIN_LIST), "test": _names(read, TEST_LIST)}
        held = set(lists["train"][9::10])
        for kind, names in lists.items():
            (folder / "feat" / kind).mkdir(parents=True)
            for name in names:
                path = f"feat/{kind}/{name}.pt"
                data = read(path)
                if kind == "test" or name not in held:
                    (folder / path).write_bytes(data)
                    continue
                inputs.append(torch.load(io.BytesIO(data), weights_only=True).to(torch.float32))
                targets.append(torch.tensor(labels[name]))
                if len(inputs[-1]) != len(targets[-1]):
                    raise ValueError(f"{path} has {len(inputs[-1])} frames, {LABELS} {len(targets[-1])} phones for it")
    _write_lines(folder / TRAIN_LIST, (name for name in lists["train"] if name not in held))
    _write_lines(folder / TEST_LIST, lists["test"])
    _write_lines(folder / LABELS, (line for line in text.splitlines() if line.split(" ", 1)[0] not in held))
    return inputs, targets


def _language(world_seed: int) -> tuple[Language, Generator]:
    """The language, and the stream that the training utterances are drawn from."""
    rng = np.random.default_rng([world_seed, 0])
    groups = rng.normal(0, GROUP_SPREAD, (-(-PHONES // GROUP), CEPSTRA))
    own = rng.normal(0, PHONE_SPREAD, (PHONES, CEPSTRA))
    # In another accent the phones of a group have exchanged their sounds: 0 sounds as 1 does here, 1 as 2, 2 as 0.
    first = np.arange(PHONES) // GROUP * GROUP
    size = np.minimum(PHONES - first, GROUP)
    exchanged = [first + (np.arange(PHONES) - first + accent) % size for accent in range(ACCENTS)]
    sound = groups[np.arange(PHONES) // GROUP] + own[np.array(exchanged)]
    # Every phone has as many predecessors as successors, so that none is rare.
    follows = np.arange(PHONES)[:, None]
    while follows.shape[1] <= SUCCESSORS:
        more = rng.permutation(PHONES)[:, None]
        if not (follows == more).any():
            follows = np.hstack([follows, more])
    return Language(sound, follows[:, 1:], rng.uniform(*FRAMES, PHONES)), rng


def _split(world_seed: int, split_seed: int) -> list[Utterance]:
    return _utterances(_language(world_seed)[0], SPLIT_UTTERANCES, np.random.default_rng([world_seed, 1, split_seed]))


def _utterances(language: Language, count: int, rng: Generator) -> list[Utterance]:
    return [_utterance(language, rng) for _ in range(count)]


def _utterance(language: Language, rng: Generator) -> Utterance:
    """What one speaker says."""
    labels = _speech(language, rng)
    sound = np.empty((len(labels), CEPSTRA))
    tongue = language.sound[rng.integers(ACCENTS)]
    now = tongue[labels[0]]
    for t, phone in enumerate(labels):  # the tongue is on its way from the phone before
        now = INERTIA * now + (1 - INERTIA) * tongue[phone]
        sound[t] = now
    sound += rng.normal(0, NOISE, sound.shape)
    change = _difference(sound)
    features = np.hstack([sound, change, _difference(change)])
    # As the real ones are: in each utterance for itself. A voice that is higher or louder leaves no trace in them.
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    return np.round(features, DECIMALS), labels


def _speech(language: Language, rng: Generator) -> Labels:
    """A phone for each frame, (T,)."""
    odds = 1 / np.arange(1, SUCCESSORS + 1)
    phone, frames = int(rng.integers(PHONES)), []
    for _ in range(int(rng.integers(14, 27))):
        frames += [phone] * int(2 + rng.poisson(language.length[phone] - 2))
        phone = int(language.follows[phone, rng.choice(SUCCESSORS, p=odds / odds.sum())])
    return np.array(frames, dtype=np.int64)


def _difference(x: Array) -> Array:
    """Slope of a line through five frames, (T, D) -> (T, D); the first and the last frame are repeated."""
    p = np.pad(x, ((2, 2), (0, 0)), mode="edge")
    return (2 * (p[4:] - p[:-4]) + (p[3:-1] - p[1:-3])) / 10


def _as_tensor(features: Array) -> Tensor:
    return torch.from_numpy(features.astype(np.float32))


def _write_features(folder: Path, kind: str, utterances: list[Utterance]) -> list[str]:
    """Writes feat/<kind>/<name>.pt; names look like LibriSpeech's: speaker, chapter, number."""
    (folder / "feat" / kind).mkdir(parents=True)
    first = {"train": 1001, "test": 5001}[kind]
    names = [f"{first + i}-{10 * i + 7}-0000" for i in range(len(utterances))]
    for name, (features, _) in zip(names, utterances, strict=True):
        torch.save(_as_tensor(features), folder / "feat" / kind / f"{name}.pt")
    return names


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def _read_labels(text: str) -> dict[str, list[int]]:
    rows = (line.split() for line in text.splitlines() if line.strip())
    return {name: [int(phone) for phone in phones] for name, *phones in rows}


def _names(read: Callable[[str], bytes], file: str) -> list[str]:
    names = read(file).decode().split()
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):  # it becomes part of a path
            raise ValueError(f"{file}: '{name}' is no name of an utterance")
    return names


@contextmanager
def _real_files(raw: Path) -> Iterator[Callable[[str], bytes]]:
    """A function that reads one of the real files by its path in the folder libriphone."""
    archive = raw / ARCHIVE
    if not archive.is_file():
        root = raw / ARCHIVE_FOLDER if (raw / ARCHIVE_FOLDER).is_dir() else raw
        yield lambda path: (root / path).read_bytes()
        return
    with zipfile.ZipFile(archive) as members:

        def read(path: str) -> bytes:
            try:
                return members.read(f"{ARCHIVE_FOLDER}/{path}")
            except KeyError:
                raise FileNotFoundError(f"{archive} holds no {ARCHIVE_FOLDER}/{path}") from None

        yield read
