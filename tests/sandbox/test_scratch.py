"""Removing a folder that someone hostile has filled."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.sandbox.scratch import remove_tree


def test_a_folder_with_everything_in_it_is_removed_and_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "kept").mkdir(parents=True)
    folder = tmp_path / "folder"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "file").write_text("x")
    (folder / "a" / "b" / "link").symlink_to(outside, target_is_directory=True)
    os.mkfifo(folder / "pipe")
    (folder / ".removed-1").mkdir()  # the very name that moving uses
    (folder / ".removed-1" / "inner").mkdir()
    remove_tree(str(folder))
    assert not folder.exists()
    assert (outside / "kept").is_dir()


def test_a_folder_deeper_than_the_stack_and_than_any_path_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(sys.getrecursionlimit() + 3000):
        os.mkdir("deep", dir_fd=here)
        below = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    remove_tree(str(folder))
    assert not folder.exists()


def test_folders_without_permissions_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "shut" / "inner").mkdir(parents=True)
    (folder / "shut" / "inner" / "file").write_text("x")
    (folder / "shut" / "inner").chmod(0)
    (folder / "shut").chmod(0)
    remove_tree(str(folder))
    assert not folder.exists()


def test_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_tree(str(tmp_path / "nothing"))
