"""Makes the suite's own package importable, and grades each family once for each level."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore = ["course"]  # its checks are run by the grader

sys.path.insert(0, str(Path(__file__).resolve().parent))

from attack_suite.arena import Arena  # noqa: E402 - only found from here on
from attack_suite.attack import LEVELS  # noqa: E402


@pytest.fixture(scope="session")
def arenas() -> Iterator[dict[str, Arena]]:
    """Level → its arena, made when it is first wanted; after the tests nothing of them may be left."""
    made: dict[str, Arena] = {}
    yield made
    left = [what for arena in made.values() for what in arena.close()]
    for arena in made.values():
        shutil.rmtree(arena.folder, ignore_errors=True)
    assert not left


@pytest.fixture(
    scope="session",
    params=[pytest.param(level, marks=[] if level == "isolated" else [pytest.mark.heavy]) for level in LEVELS],
)
def arena(request: pytest.FixtureRequest, arenas: dict[str, Arena]) -> Arena:
    """The arena of each level that can be had here."""
    level = request.param
    if level not in arenas:
        # Not pytest's own folder, which it closes to the other users that workers are.
        arenas[level] = Arena(Path(tempfile.mkdtemp(prefix="attacks-")), level)
    if arenas[level].held != level:
        pytest.skip(f"{level} is not to be had here: {'; '.join(arenas[level].ready.notes)}")
    return arenas[level]
