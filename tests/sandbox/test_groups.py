"""Control groups: made only where the grader is alone in one that it may write; otherwise nothing is touched.

A folder stands in for the kernel's file system: few machines that run tests delegate a group.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.limits import Limits
from grader.sandbox.engines.groups import OURS, Groups, prepare_groups

FILES = ("cgroup.procs", "cgroup.kill", "memory.max", "memory.swap.max", "pids.max")


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A group of our own, ``scope``, in which we are alone; groups have their files as soon as they are made."""
    mkdir = Path.mkdir

    def mkdir_with_files(self: Path, *args: object, **options: object) -> None:
        mkdir(self, *args, **options)  # type: ignore[arg-type]
        for name in FILES:
            (self / name).touch()

    home = tmp_path / "system" / "scope"
    home.mkdir(parents=True)
    (home / "cgroup.controllers").write_text("cpu io memory pids\n")
    (home / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (home / "cgroup.subtree_control").write_text("")
    monkeypatch.setattr(Path, "mkdir", mkdir_with_files)
    monkeypatch.setattr(Path, "rmdir", lambda self: shutil.rmtree(self))
    (tmp_path / "proc").write_text("4:memory:/old\n0::/scope\n")
    return tmp_path / "system"


def prepare(system: Path) -> Groups | None:
    return prepare_groups(system, system.parent / "proc")


def test_alone_in_a_group_the_grader_moves_down_and_switches_the_limits_on(system: Path) -> None:
    groups = prepare(system)
    home = system / "scope"
    assert groups == Groups(home)
    assert (home / OURS / "cgroup.procs").read_text() == str(os.getpid())
    assert (home / "cgroup.subtree_control").read_text() == "+memory +pids"


@pytest.mark.parametrize(
    ("file", "content"),
    [("cgroup.procs", f"{os.getpid()}\n1\n"), ("cgroup.controllers", "pids\n"), ("cgroup.controllers", "")],
    ids=["not alone", "no memory", "none delegated"],
)
def test_anywhere_else_nothing_is_touched(system: Path, file: str, content: str) -> None:
    (system / "scope" / file).write_text(content)
    assert prepare(system) is None
    assert not (system / "scope" / OURS).exists()
    assert (system / "scope" / "cgroup.subtree_control").read_text() == ""


def test_no_cgroup_file_system_is_no_groups(tmp_path: Path) -> None:
    assert prepare_groups(tmp_path / "nothing", tmp_path / "proc") is None


def test_where_the_limits_cannot_be_switched_on_the_move_is_taken_back(system: Path) -> None:
    control = system / "scope" / "cgroup.subtree_control"
    control.unlink()
    control.mkdir()  # cannot be written as a file
    assert prepare(system) is None
    assert (system / "scope" / "cgroup.procs").read_text() == str(os.getpid())
    assert not (system / "scope" / OURS).exists()


def test_a_worker_gets_a_group_with_its_limits_and_ends_with_it(system: Path) -> None:
    groups = prepare(system)
    assert groups is not None
    group = groups.group(4711, Limits(memory=100, disk=10, processes=7))
    read = {name: (group.folder / name).read_text() for name in FILES}
    assert read == {
        "cgroup.procs": "4711",
        "cgroup.kill": "",
        "memory.max": str((100 + 20 + 64) << 20),
        "memory.swap.max": "0",
        "pids.max": "11",
    }
    group.close()
    assert not group.folder.exists()
    group.close()
