"""One zygote for the session; workers on it for whatever code a test brings."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Engine, Launch, Worker, make_engine
from grader.sandbox.seeding import set_determinism

LIMITS = Limits(cpu=0.5, wall=5, memory=512, processes=40, items=50, output=16, message=16)
Start = Callable[..., Worker]
Check = Callable[..., SubmissionProxy]


@pytest.fixture(scope="session", autouse=True)
def _determinism() -> None:
    set_determinism()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = make_engine("fork")
    yield engine
    engine.close()


@pytest.fixture
def isolated(engine: Engine) -> None:
    """For what only namespaces give."""
    if engine.holding.level != "isolated":
        pytest.skip(f"workers are only {engine.holding.level} here: {'; '.join(engine.holding.notes)}")


@pytest.fixture
def start(engine: Engine) -> Iterator[Start]:
    """A worker with the given modules; nothing of it is left after the test."""
    workers: list[Worker] = []

    def start(source: str | Mapping[str, str], limits: Limits = LIMITS, engine: Engine = engine) -> Worker:
        sources = {"m": source} if isinstance(source, str) else source
        files = {f"{name}.py": dedent(text).encode() for name, text in sources.items()}
        workers.append(Worker(engine, Launch(files, tuple(sources), {}, 1, limits)))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture
def check() -> Iterator[Check]:
    """A check on a worker; closed after the test."""
    opened: list[SubmissionProxy] = []

    def check(worker: Worker, limits: Limits = LIMITS) -> SubmissionProxy:
        opened.append(SubmissionProxy(worker, 1, limits))
        return opened[-1]

    yield check
    for submission in opened:
        submission.close()


def wait_until(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(scope="session")
def soon() -> Callable[[Callable[[], bool]], bool]:
    """Does it hold within seconds?"""
    return wait_until


def marked(mark: str) -> list[int]:
    """The processes, wherever they run, whose command line or name holds ``mark``."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = Path(f"/proc/{pid}/comm").read_text() + Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        if mark in name:
            found.append(int(pid))
    return found


@pytest.fixture(scope="session")
def named() -> Callable[[str], list[int]]:
    """Processes of a name that a student's code has given them with ``prctl``."""
    return marked


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = set(Path(tempfile.gettempdir()).glob("grader-*"))
    yield
    left = set(Path(tempfile.gettempdir()).glob("grader-*")) - before
    assert not left
