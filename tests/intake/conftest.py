"""An assignment of two modules and weights, and quick ways to hand something in."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.intake import Kind, Source, read_source
from grader.submission import Submission

MANIFEST = """\
format = 1
slug = "hw1"
title = "HW1"
version = "1"
points = 2
modules = ["regression", "model"]
[model]
module = "model"
weights = "model.safetensors"
dataset = "d"
metric = "rmse"
[[model.tiers]]
name = "simple"
threshold = 1
points = 1
"""
FILES = {"regression.py": b"r = 1\n", "model.py": b"m = 1\n", "model.safetensors": b"weights"}


@pytest.fixture(scope="session")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    root = tmp_path_factory.mktemp("course") / "assignments"
    for slug in ("hw1", "hw2"):
        (root / slug / "checks").mkdir(parents=True)
        (root / slug / "assignment.toml").write_text(MANIFEST.replace("hw1", slug))
    (root / "hw1/README.md").touch()
    (root / "hw1/checks/test_regression.py").touch()
    return load_assignment(root / "hw1")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """``folder(files, "ada")``: a folder with these files; others are kept."""

    def write(files: dict[str, bytes], name: str = "ada") -> Path:
        path = tmp_path / name
        path.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_bytes(data)
        return path

    return write


@pytest.fixture
def read(tmp_path: Path, assignment: Assignment) -> Callable[[Path | bytes], Submission]:
    """Reads a folder, an archive's file or an archive's bytes as ada's submission."""

    def submission(path: Path | bytes) -> Submission:
        if isinstance(path, bytes):
            path, data = tmp_path / "ada.zip", path
            path.write_bytes(data)
        kind = Kind.FOLDER if path.is_dir() else Kind.ARCHIVE
        return read_source(Source("ada", path, kind), assignment)

    return submission


@pytest.fixture
def zipped() -> Callable[..., bytes]:
    """``zipped({name or ZipInfo: data})``: the bytes of an archive."""

    def build(files: dict[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as archive:
            for member, data in files.items():
                archive.writestr(member, data)
        return stream.getvalue()

    return build


@pytest.fixture
def tarred() -> Callable[..., bytes]:
    """``tarred([(name or TarInfo, data)])``: the bytes of an archive."""

    def build(
        members: list[tuple[str | tarfile.TarInfo, bytes]], mode: str = "w:gz", form: int = tarfile.PAX_FORMAT
    ) -> bytes:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode=mode, format=form) as archive:
            for member, data in members:
                info = tarfile.TarInfo(member) if isinstance(member, str) else member
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return stream.getvalue()

    return build


@pytest.fixture
def files() -> dict[str, bytes]:
    """A complete submission."""
    return dict(FILES)
