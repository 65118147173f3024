"""The pytest side of a check: marks, fixtures, and the options for running checks by hand.

``pytest --submission DIR assignments/<slug>/checks`` runs them like any tests, debugger included; ``grader`` runs
the same files through ``grader.grading``. torch is imported only when a fixture is used.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.limits import Limits

if TYPE_CHECKING:
    import torch

    from grader.assignment import Assignment
    from grader.remote import SubmissionProxy
    from grader.sandbox.engines import Worker

ONE_DAY = 86_400.0
MARKS = (
    "points(n): what the check is worth, an int or a decimal as text",
    "hidden: students do not have this check",
    "depends(*names): checks that must pass before this one is run",
    "hint(*texts): revealed one by one",
    "limits(**values): see grader.limits.Limits",
)


@dataclass
class Setting:
    """What the checks run against: one submission's worker, and the seeds of both sides."""

    assignment: Assignment
    worker: Worker
    course_seed: bytes


@dataclass
class Trace:
    """What is known of a check's run besides its outcome."""

    stdout: str = ""
    call: str = ""  # the last call of the student's code, to be pasted into Python
    cpu: float = 0.0
    memory: float = 0.0


SETTING = pytest.StashKey[Setting]()
TRACE = pytest.StashKey[Trace]()
LIMITS = pytest.StashKey[Limits]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader")
    group.addoption("--submission", metavar="DIR", help="run checks against the modules in DIR")
    group.addoption("--engine", default="auto", choices=("auto", "fork", "spawn"), help="how the worker is started")


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


def pytest_unconfigure(config: pytest.Config) -> None:
    setting = config.stash.get(SETTING, None)
    if setting is not None and config.getoption("--submission"):
        setting.worker.kill()
        setting.worker.engine.close()


def check_id(item: pytest.Item) -> str:
    """How a check is named in reports: file and function."""
    return f"{item.path.name}::{item.name}"


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> torch.Generator:
    """A seeded ``torch.Generator`` for the check's own draws. Never pass it to student code."""
    import torch

    generator = torch.Generator()
    generator.manual_seed(_seed(request, "check"))
    return generator


@pytest.fixture
def submission(request: pytest.FixtureRequest, rng: torch.Generator) -> Iterator[SubmissionProxy]:
    """The student's names, each call in the worker."""
    from grader.remote import SubmissionProxy
    from grader.sandbox.seeding import seed_everything

    setting = _setting(request.config)
    seed_everything(_seed(request, "check"))
    limits = request.node.stash.get(LIMITS, setting.assignment.limits)
    if request.config.getoption("--submission"):
        limits = replace(limits, wall=ONE_DAY)  # by hand: the author may sit in the debugger
    drivers = request.node.path.parent / "drivers.py"
    source = drivers.read_text(encoding="utf-8") if drivers.exists() else None
    forbidden = setting.assignment.forbidden_in(request.node.name.split("[")[0])
    proxy = SubmissionProxy(setting.worker, _seed(request, "worker"), limits, source, forbidden)
    proxy.protect(rng)
    yield proxy
    trace = request.node.stash.setdefault(TRACE, Trace())
    trace.stdout, trace.call = proxy.stdout(), proxy.last_call()
    trace.cpu, trace.memory = proxy.usage()
    proxy.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A check whose function passes fails all the same if the student's code uses what the check forbids."""
    result = yield
    proxy = pyfuncitem.funcargs.get("submission")
    setting = pyfuncitem.config.stash.get(SETTING, None)
    if setting is None or proxy is None:
        return result
    from grader.checkers import CheckFailed
    from grader.remote import SubmissionProxy

    assert isinstance(proxy, SubmissionProxy)
    if text := proxy.forbidden_use():
        raise CheckFailed(text)
    return result


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Any:
    """The reference's names, in this process; for hidden checks only."""
    from grader.remote.reference import load_reference

    if request.node.get_closest_marker("hidden") is None:
        raise pytest.UsageError(f"{check_id(request.node)}: a visible check cannot use `reference`; students lack it")
    return load_reference(_setting(request.config).assignment)


def _seed(request: pytest.FixtureRequest, side: str) -> int:
    from grader.sandbox.seeds import derive_seed

    setting = _setting(request.config)
    assignment = setting.assignment
    return derive_seed(setting.course_seed, side, assignment.slug, assignment.version, check_id(request.node))


def _setting(config: pytest.Config) -> Setting:
    """The setting of ``grader``'s own run, or one made from ``--submission``."""
    setting = config.stash.get(SETTING, None)
    if setting is None:
        setting = config.stash[SETTING] = _setting_by_hand(config)
    return setting


def _setting_by_hand(config: pytest.Config) -> Setting:
    from grader.assignment import find_course, load_assignment
    from grader.intake import read_folder
    from grader.remote.launch import launch_for
    from grader.sandbox.engines import Worker, make_engine
    from grader.sandbox.seeding import set_determinism
    from grader.sandbox.seeds import PUBLIC_COURSE_SEED

    wanted = config.getoption("--submission")
    if not wanted:
        raise pytest.UsageError("checks need a submission: pytest --submission DIR …")
    start = Path(config.args[0].split("::")[0]).resolve()
    for folder in (start, *start.parents):
        if folder.parent.name in ("assignments", "solutions"):
            assignment = find_course(folder).assignment(folder.name)
            break
        if (folder / "assignment.toml").exists():
            assignment = load_assignment(folder)
            break
    else:
        raise pytest.UsageError(f"{start}: lies in no assignment; name the checks' folder or file first")
    set_determinism()
    submission = read_folder(Path(wanted), assignment)
    engine = make_engine(config.getoption("--engine"), assignment.preload)
    worker = Worker(
        engine, launch_for(assignment, assignment.names(), assignment.limits, submission, PUBLIC_COURSE_SEED)
    )
    return Setting(assignment, worker, PUBLIC_COURSE_SEED)
