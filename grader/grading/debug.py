"""``grader check --debug``: the student's own code in this process, unscored, so that breakpoints and prints work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment
from grader.pytest_plugin import MARKS, check_id
from grader.sandbox.seeding import seed_everything, set_determinism
from grader.sandbox.seeds import PUBLIC_COURSE_SEED, derive_seed
from grader.sandbox.student import Namespace


class OwnNames:
    """The student's names, called directly; the rest of what a check may ask of ``submission``."""

    def __init__(self, namespace: Namespace, drivers: Path, scratch: Path) -> None:
        self._namespace, self._drivers, self._scratch = namespace, drivers, scratch

    def __getattr__(self, name: str) -> Any:
        return self._namespace.lookup(name)

    def changed_inputs(self) -> list[str]:
        """In-place changes are seen at the boundary only, which is not there now."""
        return []

    def put_file(self, name: str, content: str | bytes) -> str:
        """Write a file for the student's code to read."""
        path = self._scratch / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    @property
    def driver(self) -> Any:
        """The functions of checks/drivers.py, with the student's names as their first argument."""
        scope: dict[str, Any] = {}
        exec(compile(self._drivers.read_text(encoding="utf-8"), str(self._drivers), "exec"), scope)
        return _Drivers(scope, self._namespace)


class _Drivers:
    def __init__(self, scope: dict[str, Any], namespace: Namespace) -> None:
        self._scope, self._namespace = scope, namespace

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self._scope[name](self._namespace, *args, **kwargs)


class _InProcess:
    def __init__(self, assignment: Assignment, namespace: Namespace) -> None:
        self.assignment, self.namespace = assignment, namespace

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    @pytest.fixture(name="rng")
    def _rng(self, request: pytest.FixtureRequest) -> Any:
        import torch

        name = check_id(request.node)
        seed_everything(derive_seed(PUBLIC_COURSE_SEED, "check", self.assignment.slug, self.assignment.version, name))
        return torch.Generator().manual_seed(torch.initial_seed())

    @pytest.fixture(name="submission")
    def _submission(self, request: pytest.FixtureRequest, rng: Any, tmp_path: Path) -> OwnNames:
        return OwnNames(self.namespace, request.node.path.parent / "drivers.py", tmp_path)


def debug_checks(assignment: Assignment, folder: Path, part: str | None) -> int:
    """Run the visible checks with plain pytest on the modules in ``folder``; breakpoint() opens the debugger."""
    set_determinism()
    sys.path.insert(0, str(folder.resolve()))
    namespace = Namespace(folder.resolve(), folder, list(assignment.modules), dict(assignment.names()))
    for module in assignment.modules:
        if (folder / f"{module}.py").is_file():
            namespace.load(module)
    arguments = [str(assignment.visible_checks), "-s", "-x", "--import-mode=importlib", "--tb=short"]
    arguments += ["-pno:cacheprovider", "-pno:grader", "--noconftest", *(["-k", part] if part else [])]
    code = pytest.main(arguments, plugins=[_InProcess(assignment, namespace)])
    return 0 if code == pytest.ExitCode.OK else 1
