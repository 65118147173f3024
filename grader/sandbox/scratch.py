"""Removing what a student's code has written, whatever shape it has."""

from __future__ import annotations

import os
from contextlib import suppress


def remove_tree(folder: str) -> None:
    """Remove a folder that someone hostile has filled; what cannot be removed is left, and nothing is raised.

    Every folder is moved up to the top before it is looked into, so that no depth exceeds a path's length or the
    interpreter's stack, as it does for ``shutil.rmtree``. Links are removed, never followed.
    """
    waiting, number = [folder], 0
    while waiting:
        current = waiting.pop()
        with suppress(OSError):
            os.chmod(current, 0o700)
        try:
            entries = list(os.scandir(current))
        except OSError:
            continue
        for entry in entries:
            with suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                number += 1
                top = f"{folder}/.removed-{number}"
                if entry.path != top:
                    _rename(entry.path, top)
                waiting.append(top)
        if current != folder:
            with suppress(OSError):
                os.rmdir(current)
    with suppress(OSError):
        os.rmdir(folder)


def _rename(path: str, top: str) -> None:
    try:
        os.rename(path, top)
    except PermissionError:  # a folder that its owner may not write cannot be moved
        os.chmod(path, 0o700)
        os.rename(path, top)
