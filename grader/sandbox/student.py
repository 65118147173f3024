"""The student's modules inside the worker: importing them one by one, and telling what went wrong in them."""

from __future__ import annotations

import importlib
import linecache
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

MAX_FRAMES = 12


class MissingName(Exception):
    """The student's files define no such name."""


class Namespace:
    """The names of all of the student's modules, flat; what a check calls ``submission``."""

    def __init__(self, folder: Path, scratch: Path, modules: list[str], names: dict[str, str]) -> None:
        self.folder, self.scratch, self.modules, self.names = folder, scratch, modules, names
        self.failed: dict[str, BaseException] = {}
        self.loaded: dict[str, ModuleType] = {}

    def load(self, module: str) -> None:
        """Import one module; what it raises is kept and raised again when a name of it is wanted."""
        try:
            self.loaded[module] = importlib.import_module(module)
        except BaseException as error:
            self.failed[module] = error

    def reload(self) -> None:
        """Import everything afresh, for an engine that cannot fork."""
        for name, loaded in list(sys.modules.items()):
            path = getattr(loaded, "__file__", None)
            if isinstance(path, str) and Path(path).parent == self.folder:
                del sys.modules[name]
        wanted = [*self.loaded, *self.failed]
        self.loaded, self.failed = {}, {}
        for module in wanted:
            self.load(module)

    def lookup(self, name: str) -> Any:
        """The student's object of that name.

        Raises what the import of its module raised, or MissingName.
        """
        home = self.names.get(name)
        for module in [home] if home else self.modules:
            if module in self.loaded and hasattr(self.loaded[module], name):
                return getattr(self.loaded[module], name)
        for module in [home] if home else self.modules:
            if module in self.failed:
                raise self.failed[module]
        place = f"{home}.py" if home else "the submission"
        if home and not (self.folder / f"{home}.py").exists():
            raise MissingName(f"{home}.py was not handed in, so there is no `{name}`")
        raise MissingName(f"{place} defines no `{name}`. Was it renamed or removed?")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.lookup(name)


def describe_error(error: BaseException, folder: Path) -> dict[str, Any]:
    """An exception as plain values: type, built-in ancestors, text, and where in the student's files."""
    linecache.checkcache()
    told: dict[str, Any] = {
        "type": type(error).__name__[:100],
        "bases": [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"],
        "message": _text_of(error),
        "frames": _frames(error, folder),
    }
    if isinstance(error, MissingName):
        told["missing"] = True
    if isinstance(error, SyntaxError) and isinstance(error.lineno, int):
        name = Path(error.filename or "?").name
        told["message"] = str(error.msg)[:500]
        told["frames"] = [[name, error.lineno, f"column {error.offset or 0}"]]
    callback = getattr(error, "grader_callback", None)
    if type(callback) is int:
        told["callback"] = callback
    return told


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:4000]
    except BaseException:
        return "<the exception's own text could not be made>"


def _frames(error: BaseException, folder: Path) -> list[list[Any]]:
    frames: list[list[Any]] = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(folder):
            frames.append([path.relative_to(folder).as_posix()[:200], line, frame.f_code.co_name[:100]])
    return frames[:2] + frames[-(MAX_FRAMES - 2) :] if len(frames) > MAX_FRAMES else frames
