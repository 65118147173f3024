"""A data set's ``generator.py``: content of the course, imported by its path and never as a package."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from grader.datasets.split import Items
from grader.errors import ContentError

GENERATOR = "generator.py"
FUNCTIONS = ("write", "split", "arrays", "write_real")


class Generator(Protocol):
    """What every ``generator.py`` defines."""

    def write(self, folder: Path, *, world_seed: int, split_seed: int) -> None:
        """Writes the public files, in the real data's layout."""

    def split(self, *, world_seed: int, split_seed: int) -> tuple[Items, Items]:
        """Draws a test split: inputs and targets."""

    def arrays(self, folder: Path) -> Iterable[NDArray[Any]]:
        """The numbers that stand in the files that ``write`` wrote, always in the same order."""

    def write_real(self, raw: Path, folder: Path) -> tuple[Items, Items]:
        """Makes the public files from the real ones in ``raw``; returns a hold-out, inputs and targets."""


def load_generator(folder: Path) -> Generator:
    """Runs ``folder/generator.py``. Raises ContentError if it is missing, fails or lacks a function."""
    path = folder / GENERATOR
    name = f"grader_generator_{folder.resolve().name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise ContentError(f"{path} is missing; add the generator of this data set")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while they are made
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ContentError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        del sys.modules[name]
    for function in FUNCTIONS:
        if not callable(getattr(module, function, None)):
            raise ContentError(f"{path} defines no function '{function}'; add it")
    return cast(Generator, module)


def checksum(arrays: Iterable[NDArray[Any]]) -> str:
    """SHA-256 of shapes and numbers, rounded to 4 decimals.

    The last bits of exp and sin differ from one machine to the next; 4 decimals are far away from them.
    """
    digest = hashlib.sha256()
    for array in arrays:
        rounded = np.round(np.asarray(array, dtype=np.float64), 4) + 0.0  # -0.0 + 0.0 is 0.0
        digest.update(repr(rounded.shape).encode())
        digest.update(rounded.astype("<f8").tobytes())
    return digest.hexdigest()
