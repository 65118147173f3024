"""Imports run one way: a room imports only from rooms above it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "grader"

# From top to bottom; rooms on one line may import those before them on the line.
LAYERS = [
    *("errors", "verdict", "limits", "manifest", "assignment", "submission", "report"),
    *("checkers", "sandbox", "release", "datasets", "intake", "exporters"),
    *("remote", "pytest_plugin"),
    *("grading", "training", "proving"),
    "runner",
    *("commands", "cli", "__main__"),
]

# The worker's half of the boundary: what runs beside student code may know nothing of the trusted side.
WORKER_ROOMS = {
    "autograd",
    "bounds",
    "channel",
    "codec",
    "confine",
    "forbidden",
    "forkserver",
    "mirror",
    "peer",
    "scratch",
    "seeding",
    "seeds",
    "student",
}


def imports(path: Path) -> set[str]:
    """The modules of grader that a file imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "grader"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above_it(path: Path) -> None:
    own = LAYERS.index(room(path))
    used = {name.split(".")[1] for name in imports(path) if name.count(".") >= 1} - {"__version__"}
    below = {name for name in used if LAYERS.index(name) > own}
    assert not below, f"{path.name} imports {below}, which lie below {room(path)}"


def test_every_room_has_its_place_in_the_layers() -> None:
    assert {room(path) for path in FILES} == set(LAYERS)


@pytest.mark.parametrize("name", ["worker", "zygote"])
def test_the_worker_imports_nothing_of_the_trusted_side(name: str) -> None:
    todo, seen = [PACKAGE / "sandbox" / f"{name}.py"], set()
    while todo:
        path = todo.pop()
        for module in imports(path):
            parts = module.split(".")[1:]
            if parts[:1] != ["sandbox"]:
                assert parts[:1] in ([], ["limits"], ["errors"]), f"{path.name} imports {module}"
                continue
            if len(parts) > 1 and parts[1] not in seen and parts[1] != "worker":
                assert parts[1] in WORKER_ROOMS, f"{path.name} imports {module}"
                seen.add(parts[1])
                inner = PACKAGE / "sandbox" / parts[1]
                todo += inner.glob("*.py") if inner.is_dir() else [inner.with_suffix(".py")]


@pytest.mark.parametrize(
    "module", ["grader.cli", "grader.runner.local", "grader.commands.grade", "grader.pytest_plugin"]
)
def test_a_command_line_starts_without_waiting_for_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("module", ["grader.cli", "grader.remote", "grader.sandbox.engines", "grader.commands.check"])
def test_nothing_of_linux_alone_is_needed_to_check_ones_own_work(module: str) -> None:
    blocked = "['fcntl', 'resource', 'pyseccomp', 'landlockpy', 'grader.sandbox.confine', 'grader.sandbox.zygote']"
    code = f"import sys\nfor name in {blocked}: sys.modules[name] = None\nimport {module}"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
