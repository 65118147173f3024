"""A small data set of two files, and a downloader that needs no network."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from grader.datasets.generator import checksum, load_generator

GENERATOR = '''
"""Ten random numbers a row."""
import numpy as np
import torch


def write(folder, *, world_seed, split_seed):
    with open(folder.parent.parent / "calls", "a") as calls:
        calls.write("write\\n")
    np.savetxt(folder / "train.txt", np.random.default_rng(world_seed).normal(size=(4, 3)))


def split(*, world_seed, split_seed):
    generator = torch.Generator().manual_seed(split_seed)
    return torch.randn(5, 2, generator=generator), torch.randn(5, generator=generator)


def arrays(folder):
    yield np.loadtxt(folder / "train.txt")


def write_real(raw, folder):
    text = (raw / "a.txt").read_text()
    (folder / "train.txt").write_text(text.upper())
    return torch.ones(3, 2), torch.arange(3.0)
'''

REAL = {"a.txt": b"letters\n", "b.txt": b"more letters\n"}

MANIFEST = """
format = 1
name = "tiny"
title = "Tiny"
[real]
homepage = "https://example.org"
licence = "none"
[[real.files]]
name = "a.txt"
gdown = "id-of-a"
sha256 = "{a}"
mirrors = ["https://example.org/a.txt"]
[[real.files]]
name = "b.txt"
gdown = "id-of-b"
sha256 = "{b}"
[schema]
inputs = [2]
[offline]
world_seed = 1
split_seed = 2
checksum = "{checksum}"
"""


class Network:
    """Serves files by address; keeps a list of what was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.asked = files, []

    def __call__(self, address: str, path: Path) -> None:
        self.asked.append(address)
        path.write_bytes(b"half of")  # what a broken download leaves behind
        if address not in self.files:
            raise ConnectionError(f"no answer from {address}")
        path.write_bytes(self.files[address])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def network() -> Network:
    return Network({"https://drive.google.com/uc?id=id-of-" + name[0]: data for name, data in REAL.items()})


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of the small data set."""
    folder = tmp_path / "course" / "datasets" / "tiny"
    folder.mkdir(parents=True)
    (folder / "generator.py").write_text(GENERATOR)
    generator = load_generator(folder)
    scratch = tmp_path / "once" / "there" / "files"
    scratch.mkdir(parents=True)
    generator.write(scratch, world_seed=1, split_seed=2)
    text = MANIFEST.format(
        a=sha256(REAL["a.txt"]), b=sha256(REAL["b.txt"]), checksum=checksum(generator.arrays(scratch))
    )
    (folder / "dataset.toml").write_text(text)
    return folder
