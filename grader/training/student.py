"""The student's own model module: importing it by its folder, and telling what went wrong in it."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import GraderError, UsageError

FUNCTIONS = ("build_model", "train", "predict")


class StudentCodeError(GraderError):
    """The student's code failed; the text is the traceback through their own files, or one line."""


@dataclass(frozen=True)
class ModelCode:
    """The three functions of a model module; calling one raises StudentCodeError where it fails."""

    build_model: Callable[..., Any]
    train: Callable[..., Any]
    predict: Callable[..., Any]


@contextmanager
def model_code(folder: Path, module: str) -> Iterator[ModelCode]:
    """The functions of ``folder/<module>.py``, which may import its neighbours.

    Afterwards the import path and the table of modules are as before.

    Raises:
        UsageError: there is no such file.
        StudentCodeError: it cannot be imported, or lacks a function.
    """
    folder = folder.resolve()
    path = folder / f"{module}.py"
    if not path.is_file():
        raise UsageError(f"{path} is missing; write it there, or name your folder with --dir")
    hidden = {name: sys.modules.pop(name) for name in _modules_of(folder)}
    sys.path.insert(0, str(folder))
    try:
        with _told(folder, f"the import of {path.name}"):
            code = importlib.import_module(module)
        for name in FUNCTIONS:
            if not callable(getattr(code, name, None)):
                raise StudentCodeError(f"{path} defines no function '{name}'; see the handout")
        yield ModelCode(*(_guarded(getattr(code, name), folder, f"{path.name}: {name}") for name in FUNCTIONS))
    finally:
        sys.path.remove(str(folder))
        for name in _modules_of(folder):
            del sys.modules[name]
        sys.modules.update(hidden)


def _modules_of(folder: Path) -> list[str]:
    """Loaded modules that the files in ``folder`` would be imported as: theirs, and others of the same name."""
    return [path.stem for path in folder.glob("*.py") if path.stem in sys.modules]


def _guarded(function: Callable[..., Any], folder: Path, what: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with _told(folder, what):
            return function(*args, **kwargs)

    return call


@contextmanager
def _told(folder: Path, what: str) -> Iterator[None]:
    """Turns whatever the student's code raises into StudentCodeError; only Ctrl-C passes."""
    try:
        yield
    except NotImplementedError as error:
        if str(error):
            raise StudentCodeError(_own_traceback(error, folder)) from error
        raise StudentCodeError(f"{_place(error, folder) or what}: this is not written yet") from error
    except SystemExit as error:
        raise StudentCodeError(f"{_place(error, folder) or what}: the code ends the program (exit)") from error
    except Exception as error:
        raise StudentCodeError(_own_traceback(error, folder)) from error


def _place(error: BaseException, folder: Path) -> str | None:
    """``model.py, line 12, in train``: the innermost line of the student's that was running."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename, folder)]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}, in {own[-1].name}" if own else None


def _own_traceback(error: BaseException, folder: Path) -> str:
    """The traceback as Python prints it, without the lines of grader and of libraries."""
    told = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = told
    seen: set[int] = set()
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        own = [frame for frame in part.stack if _is_own(frame.filename, folder)]
        part.stack = traceback.StackSummary.from_list(own)
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
    return "".join(told.format()).rstrip("\n")


def _is_own(filename: str, folder: Path) -> bool:
    return Path(filename).is_relative_to(folder)
