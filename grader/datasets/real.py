"""Getting the real files: from the cache, from a folder that the user names, or from the network."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Protocol

from grader.datasets.cache import sha256_of
from grader.datasets.description import Description, RealFile
from grader.errors import DatasetError


class Fetch(Protocol):
    """Copies what stands at an address to a path. Raises anything if it cannot."""

    def __call__(self, address: str, path: Path) -> None: ...


def fetch_with_gdown(address: str, path: Path) -> None:
    """Downloads with gdown, which knows Google Drive's confirmation pages. Shows its progress on stderr."""
    import gdown

    if gdown.download(address, str(path)) is None:  # so says gdown 5; gdown 6 raises
        raise OSError("gdown could not retrieve the file")


def get_real_files(about: Description, raw: Path, *, data_dir: Path | None, offline: bool, fetch: Fetch) -> None:
    """Sees to it that every real file lies in ``raw`` and has the right digest.

    Args:
        raw: exists, and its lock is held.
        data_dir: a folder with the files, put there by hand; None for none.
        offline: never use the network.
    Raises DatasetError, with instructions for getting the file by hand.
    """
    for file in about.files:
        target = raw / file.name
        if target.is_file() and _is_right(file, target):
            continue
        if data_dir is not None:
            _copy(about, file, data_dir / file.name, target)
        elif offline:
            raise DatasetError(
                f"{file.name} of '{about.name}' is not in the cache, and --offline forbids to download it."
                f"{_by_hand(about)}"
            )
        else:
            _download(about, file, target, fetch)


def _is_right(file: RealFile, path: Path) -> bool:
    return not file.sha256 or sha256_of(path) == file.sha256


def _copy(about: Description, file: RealFile, given: Path, target: Path) -> None:
    if not given.is_file():
        raise DatasetError(f"{given} is missing.{_by_hand(about)}")
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(given, part)
        if not _is_right(file, part):
            raise DatasetError(
                f"{given} is not the file that the course uses: its SHA-256 is {sha256_of(part)}, not {file.sha256}."
                f"{_by_hand(about)}"
            )
        os.replace(part, target)
    except OSError as error:
        raise DatasetError(f"{given}: cannot be copied to {target}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _download(about: Description, file: RealFile, target: Path, fetch: Fetch) -> None:
    part = target.with_name(target.name + ".part")
    reasons = []
    for address in file.addresses:
        try:
            fetch(address, part)
            if _is_right(file, part):
                os.replace(part, target)
                return
            reasons.append(f"{address}: what came has the SHA-256 {sha256_of(part)}, not {file.sha256}")
        except Exception as error:  # gdown raises its own types, those of requests and of the disk
            reasons.append(f"{address}: {_first_line(error)}")
        finally:
            part.unlink(missing_ok=True)
    tried = "".join(f"\n  {reason}" for reason in reasons)
    raise DatasetError(f"{file.name} of '{about.name}' could not be downloaded:{tried}{_by_hand(about)}")


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0].strip()}" if lines else type(error).__name__


def _by_hand(about: Description) -> str:
    files = "".join(f"\n  {f.name}  from {f.addresses[0]}  (SHA-256 {f.sha256 or 'unknown'})" for f in about.files)
    return (
        f"\nGet these files with a browser and name their folder with --data-dir:{files}"
        "\nOr train on the generated data: --data offline."
    )
