"""No attack earns a point, harms its neighbours, leaves anything behind, or goes unexplained."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from attack_suite.arena import HONEST, SEED, Arena, hand_in, user
from attack_suite.attack import LEVELS, Attack
from attack_suite.bases import COURSE, FULL_MARKS
from attack_suite.catalogue import families
from attack_suite.judge import problems

HERE = Path(__file__).resolve().parent
ATTACKS = [attack for family in families().values() for attack in family]
NOBODY = 65534


def name_of(attack: Attack) -> str:
    return f"{attack.family}/{attack.name}"


@pytest.mark.parametrize("attack", ATTACKS, ids=name_of)
def test_an_attack_comes_to_what_is_stated(arena: Arena, attack: Attack) -> None:
    outcome = attack.outcome_at(arena.held, user())
    if outcome.skip:
        pytest.skip(f"{outcome.gap or attack.tries}: {outcome.skip}")
    report = arena.family(attack.family).reports[attack.student]
    assert not problems(outcome, report), attack.tries


@pytest.mark.parametrize("family", families())
def test_honest_submissions_beside_them_keep_their_reports(arena: Arena, family: str) -> None:
    alone, beside = arena.family(""), arena.family(family)
    for student in HONEST:
        assert str(alone.reports[student].points) == FULL_MARKS
        assert beside.texts[student] == alone.texts[student]


@pytest.mark.parametrize("family", families())
def test_nothing_is_left_behind(arena: Arena, family: str) -> None:
    assert not arena.family(family).left


def test_every_family_is_graded_whole(arena: Arena) -> None:
    for family, attacks in families().items():
        wanted = {a.student for a in attacks if not a.outcome_at(arena.held, user()).skip}
        assert set(arena.family(family).reports) == wanted | set(HONEST)


def test_there_are_many_attacks_and_each_says_what_it_tries() -> None:
    assert len(ATTACKS) >= 85
    assert all(attack.tries.strip().endswith((".", "?")) for attack in ATTACKS)
    assert len({(attack.family, attack.student) for attack in ATTACKS}) == len(ATTACKS)


def test_nothing_is_reached_at_the_highest_level() -> None:
    for attack in ATTACKS:
        assert "isolated" not in attack.at, f"{name_of(attack)} has a gap where there may be none"
        assert not attack.outcome.reached


def test_points_for_nothing_are_earned_only_where_the_docs_say_so() -> None:
    known = {"forbidden", "semantics/typical_inputs", "protocol/hides_changes"}
    for attack in ATTACKS:
        assert not attack.outcome.evades or known & {attack.family, name_of(attack)}


def test_a_gap_is_less_than_what_is_promised_above_it() -> None:
    for attack in ATTACKS:
        for place in attack.at:
            level = place.partition(" as ")[0]
            who = "root" if place.endswith(" as root") else "nobody"
            here = attack.outcome_at(level, who)
            assert here.gap, f"{name_of(attack)} is not the same at {place}, and does not say why"
            assert here.skip or here != attack.outcome, f"{name_of(attack)} states a gap at {place} that is none"


# ------------------------------------------------------------------ the command, and what people read

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")
WORKFLOW_COMMAND = re.compile(r"^\s*(?:::|##\[)", re.MULTILINE)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The injections, graded by the command: what it prints, and where it writes."""
    root = tmp_path_factory.mktemp("shown")
    shutil.copytree(COURSE, root / "course")
    (root / "seed").write_bytes(SEED)
    hand_in(root / "class", list(families()["injection"]), {})
    command = [sys.executable, "-m", "grader", "grade", "everything", root / "class", "--out", root / "out"]
    done = subprocess.run(
        [*map(str, command), "--seed-file", str(root / "seed"), "--jobs", "2"],
        cwd=root / "course",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GITHUB_ACTIONS": "true", "CI": "true"},
    )
    return done, root / "out"


def test_the_command_shows_no_text_that_acts(shown: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, _ = shown
    assert done.returncode == 0, done.stderr
    for text in (done.stdout, done.stderr):
        assert not CONTROLS.search(text)
        assert not WORKFLOW_COMMAND.search(text)


def test_feedback_holds_no_markup_of_the_students(shown: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, out = shown
    pages = [path.read_text(encoding="utf-8") for path in (out / "feedback").iterdir()]
    assert len(pages) == len(families()["injection"]) + len(HONEST)
    for page in pages:
        assert not CONTROLS.search(page)
        outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", page, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"(?<!\\)[<\[]", outside)  # no tag, no link, no picture
        assert not WORKFLOW_COMMAND.search(outside)


def test_the_table_holds_no_formula(shown: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    import csv

    _, out = shown
    text = (out / "grades.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert len(rows) == len(families()["injection"]) + len(HONEST) + 1
    for row in rows:
        assert len(row) == len(rows[0])
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
        assert not CONTROLS.search("".join(row))


def test_reports_are_whole(shown: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, out = shown
    for path in (out / "reports").iterdir():
        assert path.stat().st_size < 200_000
        report = json.loads(path.read_bytes().decode("utf-8"))
        assert len(report["results"]) == 14


# ------------------------------------------------------------------ an ordinary user


@pytest.fixture(scope="module", params=LEVELS)
def unprivileged(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """What is otherwise than stated where an ordinary user grades: attack → problems; "" are other problems."""
    if os.getuid() != 0:
        pytest.skip("an ordinary user runs all the other tests here")
    folder = Path(tempfile.mkdtemp(prefix="attacks-"))
    os.chown(folder, NOBODY, NOBODY)
    command = [sys.executable, "-m", "attack_suite", str(folder / "arena"), request.param]
    try:
        done = subprocess.run(
            command,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(HERE), "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    except PermissionError as error:
        pytest.skip(f"{sys.executable} cannot be used by another user: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if done.returncode == 77:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.heavy
def test_it_is_the_same_where_an_ordinary_user_grades(unprivileged: dict[str, list[str]]) -> None:
    assert not unprivileged
