"""One engine of each kind and one worker on it for the whole session; a fresh check for each test."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Engine, Launch, Worker, make_engine
from grader.sandbox.seeding import set_determinism

SOURCE = Path(__file__).with_name("student_code.py")
LIMITS = Limits(cpu=5, wall=20, memory=1024, items=50, output=64, message=16)
IMPORT = Limits(cpu=20, wall=60, memory=1024, message=16)
DRIVERS = """
import torch

def second_derivative(student, x):
    return torch.autograd.functional.hessian(lambda z: student.softmax(z).pow(2).sum(), x)

def counter(student, times):
    return [student.count() for _ in range(times)]

def of_model(student, model, x):
    return model(x), type(model).__name__

def missing(student):
    return student.nothing_of_the_kind()
"""


@pytest.fixture(scope="session", autouse=True)
def _determinism() -> None:
    set_determinism()


@pytest.fixture(scope="session", params=["fork", "spawn"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = make_engine(request.param)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def worker(engine: Engine) -> Iterator[Worker]:
    worker = Worker(engine, Launch({"m.py": SOURCE.read_bytes()}, ("m",), {}, 1, IMPORT))
    yield worker
    worker.kill()


@pytest.fixture
def open_check(worker: Worker) -> Iterator[Callable[..., SubmissionProxy]]:
    """Opens a check; whatever is still open at the end of the test is closed."""
    opened: list[SubmissionProxy] = []

    def open_check(seed: int = 7, limits: Limits = LIMITS) -> SubmissionProxy:
        for earlier in opened:
            earlier.close()
        opened[:] = [SubmissionProxy(worker, seed, limits, DRIVERS)]
        return opened[0]

    yield open_check
    for submission in opened:
        submission.close()


@pytest.fixture
def submission(open_check: Callable[..., SubmissionProxy]) -> SubmissionProxy:
    torch.manual_seed(0)
    return open_check()


@pytest.fixture(scope="session")
def local() -> ModuleType:
    """The same code, imported here, to compare with."""
    spec: Any = importlib.util.spec_from_file_location("student_code_here", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same_weights(remote: torch.nn.Module, module: torch.nn.Module) -> torch.nn.Module:
    """``module`` with the values of the mirror."""
    module.load_state_dict(remote.state_dict())
    return module


@pytest.fixture(scope="session")
def twin(local: ModuleType) -> Callable[..., torch.nn.Module]:
    """A local module of the same class with the same values as a mirror."""

    def make(remote: torch.nn.Module, name: str, *args: Any) -> torch.nn.Module:
        return same_weights(remote, getattr(local, name)(*args)).train(remote.training)

    return make
