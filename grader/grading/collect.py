"""Collecting an assignment's checks with pytest, once; what each is worth and needs is read from its marks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import pytest

from grader.assignment import Assignment
from grader.errors import ContentError
from grader.grading.messages import Check
from grader.pytest_plugin import LIMITS, check_id

# What would write files, print, or blame a check for a warning or for something that was left open elsewhere.
LEFT_OUT = (
    *("cacheprovider", "terminal", "logging", "warnings", "junitxml", "faulthandler"),
    *("unraisableexception", "threadexception"),
)


@dataclass
class Collected:
    """All checks of an assignment, in the order in which they run, with the pytest session that runs them."""

    session: pytest.Session
    checks: tuple[Check, ...]
    items: dict[str, pytest.Item]


FIRST_ERROR = pytest.StashKey[BaseException | None]()
"""On an item that was run: the first exception of its phases."""


class _FirstError:
    """Takes the place of pytest's own report of a phase.

    That one would be a traceback with its sources, which takes longer to write than the check and is not read.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        if call.excinfo is not None and item.stash.get(FIRST_ERROR, None) is None:
            item.stash[FIRST_ERROR] = call.excinfo.value
        outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        assert call.when != "collect"
        place = (item.nodeid, None, item.name)  # item.location would search the source for the line
        return pytest.TestReport(item.nodeid, place, {}, outcome, None, call.when)


class _Collector:
    """Takes the place of pytest's own run loop."""

    def __init__(self, assignment: Assignment, body: Callable[[Collected], None]) -> None:
        self.assignment, self.body = assignment, body
        self.problems: list[str] = []
        self.raised: BaseException | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: cannot be collected: {str(report.longrepr)[-2000:]}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        try:
            if self.problems:
                raise ContentError("\n".join(self.problems))
            self.body(_read(session, self.assignment))
        except BaseException as error:  # pytest would turn it into an exit code
            self.raised = error
        return True


def with_checks(assignment: Assignment, *, hidden: bool, body: Callable[[Collected], None]) -> None:
    """Collect the checks and run ``body`` on them.

    Raises ContentError for a check that breaks a rule, and whatever ``body`` raises.
    """
    folders = [assignment.visible_checks] + ([assignment.hidden_checks] if hidden and assignment.hidden_checks else [])
    for folder in folders:
        if not folder.is_dir():
            raise ContentError(f"{folder}: is missing; an assignment needs a folder of checks")
    _no_example_database(folders)
    collector = _Collector(assignment, body)
    arguments = [
        *map(str, folders),
        "--import-mode=importlib",
        f"--rootdir={assignment.folder.parent.parent}",
        "-c", os.devnull,  # no settings of a surrounding project, no conftest.py, no caches, no other plugins
        "--noconftest",
        "-s",
        *(f"-pno:{name}" for name in LEFT_OUT),
        "-pgrader.pytest_plugin",
    ]  # fmt: skip
    try:
        with _no_outside_influence():
            code = pytest.main(arguments, plugins=[collector, _FirstError()])
    finally:
        _forget_modules(folders)
    if collector.raised is not None:
        raise collector.raised
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or collector.problems:
        raise ContentError("\n".join(collector.problems) or f"{folders[0]}: pytest could not collect ({code})")


def _no_example_database(folders: list[Path]) -> None:
    """A check that uses hypothesis must be repeatable, and not find examples that an earlier run left on disk."""
    if any("hypothesis" in path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("test_*.py")):
        import hypothesis

        hypothesis.settings.register_profile("grader", database=None, deadline=None, derandomize=True)
        hypothesis.settings.load_profile("grader")


@contextmanager
def _no_outside_influence() -> Iterator[None]:
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update({name: value for name, value in kept.items() if value is not None})


def _forget_modules(folders: list[Path]) -> None:
    """pytest keeps check files in ``sys.modules`` by their path below the root, which two courses can share."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and Path(file).parent in folders:
            del sys.modules[name]


def _read(session: pytest.Session, assignment: Assignment) -> Collected:
    items: dict[str, pytest.Item] = {}
    by_function: dict[str, list[str]] = {}
    for item in session.items:
        name = check_id(item)
        if name in items:
            raise ContentError(f"{item.path}: two checks are called {name}; rename the file or the function")
        items[name] = item
        by_function.setdefault(getattr(item, "originalname", item.name), []).append(name)
    checks = tuple(_check(name, item, assignment, by_function) for name, item in items.items())
    if not checks:
        raise ContentError(f"{assignment.visible_checks}: no checks were found (files test_*.py, functions test_*)")
    order = {check.id: i for i, check in enumerate(checks)}
    for check in checks:
        for needed in check.depends:
            if order[needed] >= order[check.id]:
                raise ContentError(f"{check.id}: depends on {needed}, which runs later; move it up")
    return Collected(session, checks, items)


def _check(name: str, item: pytest.Item, assignment: Assignment, by_function: dict[str, list[str]]) -> Check:
    title = (getattr(getattr(item, "obj", None), "__doc__", None) or "").strip().split("\n")[0]
    if not title:
        raise ContentError(f"{name}: has no docstring; its first line is the title that students read")
    depends: list[str] = []
    for mark in item.iter_markers("depends"):
        for needed in mark.args:
            found = [needed] if needed in by_function.get(needed.split("::")[-1], []) else by_function.get(needed, [])
            if not found:
                raise ContentError(f"{name}: depends on '{needed}', but there is no such check")
            depends += found
    limits = assignment.limits
    for mark in reversed(list(item.iter_markers("limits"))):  # from the file's mark to the function's own
        limits = limits.override(mark.kwargs, f"{name}: mark limits")
    item.stash[LIMITS] = limits
    hints = tuple(str(text) for mark in item.iter_markers("hint") for text in mark.args)
    hidden = item.get_closest_marker("hidden") is not None or item.path.parent == assignment.hidden_checks
    return Check(name, title, _points(name, item), hidden, tuple(depends), hints, limits)


def _points(name: str, item: pytest.Item) -> Decimal:
    mark = item.get_closest_marker("points")
    value: Any = mark.args[0] if mark is not None and len(mark.args) == 1 else None
    try:
        points = Decimal(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
    except InvalidOperation:
        points = None
    if points is None or points < 0 or not points.is_finite() or points != round(points, 2):
        raise ContentError(f"{name}: needs a mark points(n), an int or a decimal text such as '1.5', at most 0.01 fine")
    return points
