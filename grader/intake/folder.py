"""A submission in a folder. Links are never followed: they could lead to any file of the grader's machine."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.intake.container import LeftOut, too_large
from grader.intake.names import MAX_DEPTH, at_most, catalogue, is_junk, show_name

MAX_ENTRIES = 10_000


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of an ordinary file. Raises LeftOut if it has more than ``limit`` or is no file, OSError."""
    # O_NONBLOCK: a pipe put in place of the file since the listing must not make us wait.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise LeftOut("it is not an ordinary file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise too_large(limit)
    return data


class FolderContainer:
    """The ordinary files below a folder, nearest first up to a limit.

    Raises OSError if the folder itself cannot be listed.
    """

    def __init__(self, folder: Path, wanted: Collection[str]) -> None:
        self._folder = folder
        self._notes: list[str] = []
        self._closed: list[str] = []
        files, notes = catalogue(((name, name) for name in self._walk()), wanted)
        self._files = files
        self.paths = tuple(sorted(files))
        self.notes = at_most((*self._notes, *notes))
        self.unreadable = "; ".join(self._closed[:3]) or None

    def read(self, path: str, limit: int) -> bytes:
        return read_file(self.place(path), limit)

    def place(self, path: str) -> Path:
        """Where one of ``paths`` lies on our disk."""
        return self._folder / self._files[path]

    def _walk(self) -> Iterator[str]:
        """Names of ordinary files, breadth first: an endless tree must not hide the files at its top."""
        todo, seen = deque([("", 0)]), 0
        while todo:
            below, depth = todo.popleft()
            try:
                with os.scandir(self._folder / below) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if not below:
                    raise
                self._closed.append(f"the folder {show_name(below)} cannot be listed: {error.strerror}")
                continue
            for entry in listed:
                seen += 1
                if seen > MAX_ENTRIES:
                    self._notes.append(f"there are more than {MAX_ENTRIES} files; the deepest are left out")
                    return
                name = f"{below}{entry.name}"
                if is_junk(entry.name):
                    continue
                if entry.is_symlink():
                    self._notes.append(f"{show_name(name)} is left out: links are not followed; put the file there")
                elif entry.is_dir(follow_symlinks=False):
                    if depth < MAX_DEPTH:
                        todo.append((f"{name}/", depth + 1))
                elif entry.is_file(follow_symlinks=False):
                    yield name
                else:
                    self._notes.append(f"{show_name(name)} is left out: it is not an ordinary file")
