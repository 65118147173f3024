"""A small course that tests of the use cases build in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, settings

from grader.assignment import Assignment, Course
from grader.runner.local import LocalRunner
from grader.submission import Submission

# A busy machine must not fail a test, and a failure must be there again the next time.
settings.register_profile("tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

REFERENCE = '''
"""One loss."""
import torch


def mse_loss(pred, target):
    """Mean squared error."""
    ### BEGIN SOLUTION
    return (pred - target).pow(2).mean()
    ### END SOLUTION
'''

CHECKS = '''
import pytest, torch
from grader.checkers import assert_close, check_tensor

@pytest.mark.points(2)
@pytest.mark.hint("Sum or mean?")
def test_value(submission, rng):
    """mse_loss has the right value"""
    p, t = (torch.randn(5, 3, dtype=torch.float64, generator=rng) for _ in range(2))
    y = submission.mse_loss(p, t)
    check_tensor(y, shape=())
    assert_close(y, (p - t).square().mean(), atol=1e-12, mistakes={"You summed.": (p - t).square().sum()})

@pytest.mark.points("1.5")
@pytest.mark.depends("test_value")
def test_gradient(submission, rng):
    """mse_loss has the right gradient"""
    p, t = (torch.randn(5, 3, dtype=torch.float64, generator=rng) for _ in range(2))
    y = submission.mse_loss(p.requires_grad_(), t)
    (g,) = torch.autograd.grad(y, p)
    assert_close(g, 2 * (p - t).detach() / 15, atol=1e-12)
'''

MANIFEST = """
format = 1
slug = "tiny"
title = "Tiny"
version = "1.0"
points = 3.5
modules = ["tiny"]
[limits]
cpu = 1
wall = 10
memory = 512
"""


@dataclass(frozen=True)
class SmallCourse:
    """The course, and what to grade it with."""

    course: Course

    @property
    def assignment(self) -> Assignment:
        return self.course.assignment("tiny")

    def runner(self, seed: bytes = b"test", wish: str = "isolated") -> LocalRunner:
        return LocalRunner(self.assignment, self.course.root / "datasets", seed, wish=wish)


def submission(source: str, student: str = "ann") -> Submission:
    return Submission(student, {"tiny.py": dedent(source).encode()})


@pytest.fixture(scope="session")
def make_course() -> Callable[..., SmallCourse]:
    """Writes a course into a folder; ``hidden`` are checks that students do not have."""

    def make(
        root: Path,
        checks: str = CHECKS,
        hidden: str = "",
        manifest: str = MANIFEST,
        reference: str = REFERENCE,
        more: Mapping[str, str] | None = None,
    ) -> SmallCourse:
        files = {
            "assignments/tiny/assignment.toml": manifest,
            "assignments/tiny/checks/test_tiny.py": checks,
            "solutions/tiny/tiny.py": reference,
            **({"solutions/tiny/checks/test_tiny_hidden.py": hidden} if hidden else {}),
            **(more or {}),
        }
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        from grader.release import release_assignment

        course = Course(root)
        release_assignment(course, "tiny")
        return SmallCourse(course)

    return make


@pytest.fixture(scope="session")
def small_course(make_course: Callable[..., SmallCourse], tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def small_runner(small_course: SmallCourse) -> Iterator[LocalRunner]:
    """A warm runner on the small course, shared by tests that only grade."""
    runner = small_course.runner()
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def student() -> Callable[..., Submission]:
    """A submission of the small course from the text of its module."""
    return submission
