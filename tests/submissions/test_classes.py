"""The example classes: graded through the command line, every grade is the expected one."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from decimal import Decimal
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from grader.assignment import Course
from grader.report import CheckResult, Confinement, Digests, Report, TrainingResult, summarise, write_report
from grader.verdict import Verdict

HERE = Path(__file__).resolve().parent
COURSE = HERE.parents[1]
SLUGS = sorted(path.parent.name for path in HERE.glob("*/expected.toml"))


def expected(slug: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((HERE / slug / "expected.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_submission_gets_the_expected_grade(slug: str, tmp_path: Path) -> None:
    folder = HERE / slug
    grade = [sys.executable, "-m", "grader", "grade", slug, folder / "class", "--out", tmp_path, "--jobs", "2"]
    graded = run(*grade, "--seed-file", folder / "course.seed")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    compared = run(sys.executable, HERE / "compare.py", slug, tmp_path)
    assert compared.returncode == 0, compared.stdout + compared.stderr


@pytest.mark.parametrize("slug", SLUGS)
def test_the_untouched_stub_is_the_released_one(slug: str) -> None:
    students = [student for student, fields in expected(slug).items() if fields.get("stub")]
    assert students, "no student handed in the stub"
    for student in students:
        files = {path.name: path.read_bytes() for path in (HERE / slug / "class" / student).iterdir()}
        folder = COURSE / "assignments" / slug
        assert files == {f"{m}.py": (folder / f"{m}.py").read_bytes() for m in Course(COURSE).assignment(slug).modules}


@pytest.mark.parametrize("slug", SLUGS)
def test_checkpoints_are_small(slug: str) -> None:
    assert all(path.stat().st_size < 200_000 for path in (HERE / slug / "class").rglob("*.safetensors"))


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=COURSE, capture_output=True, text=True, check=False)


# What compare.py would find, so that its silence means something.


@pytest.fixture(scope="module")
def compare() -> ModuleType:
    spec = util.spec_from_file_location("compare", HERE / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(*verdicts: tuple[str, Verdict], tier: str | None = "simple") -> Report:
    results = tuple(
        CheckResult(
            name, name, verdict, verdict.owner, Decimal(verdict is Verdict.PASSED), Decimal(1), visibility="visible"
        )
        for name, verdict in verdicts
    )
    complete, points, max_points = summarise(results)
    return Report(
        assignment="hw0",
        version="1.0",
        student="ann",
        complete=complete,
        points=points,
        max_points=max_points,
        results=results,
        training=TrainingResult("rmse", 1.0, tier),
        notes=("ignored, because nothing asks for it: 'notes.txt'",),
        digests=Digests("", "", "", ""),
        seed_fingerprint="",
        device="cpu",
        torch="",
        confinement=Confinement("", "", ()),
    )


TIERS = (("model::simple", Verdict.PASSED), ("model::medium", Verdict.FAILED))
ANN = {"points": "2", "tier": "simple", "note": "notes.txt", "verdicts": {"test_l*": "failed", "test_loop": "timeout"}}
CHECKS = (
    ("a.py::test_mse", Verdict.PASSED),
    ("a.py::test_linear", Verdict.FAILED),
    ("b.py::test_loop", Verdict.TIMEOUT),
    *TIERS,
)


def test_compare_is_silent_where_all_is_as_expected(compare: ModuleType) -> None:
    assert list(compare.differences({"ann": ANN}, {"ann": report(*CHECKS)})) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"tiers": "simple"}, "ann: expected.toml has an unknown field tiers"),
        ({"points": "3"}, "ann: has 2 points, not 3"),
        ({"tier": "medium"}, "ann: reaches the tier simple, not medium"),
        ({"note": "my.txt"}, "ann: no note says 'my.txt'"),
        ({"verdicts": {"test_l*": "failed"}}, "ann: test_loop is timeout, not failed"),
        ({"verdicts": {"test_loop": "timeout"}}, "ann: test_linear is failed, not passed"),
        (
            {"verdicts": {**ANN["verdicts"], "test_x": "failed"}},
            "ann: expected.toml names test_x, but there is no such check",
        ),
        ({"verdicts": {**ANN["verdicts"], "medium": "raised"}}, "ann: medium is failed, not raised"),
    ],
)
def test_compare_names_each_difference(compare: ModuleType, change: dict[str, object], line: str) -> None:
    lines = list(compare.differences({"ann": {**ANN, **change}}, {"ann": report(*CHECKS)}))
    assert any(found.startswith(line) for found in lines), lines


def test_compare_expects_no_tier_where_none_is_named(compare: ModuleType) -> None:
    fields = {"points": "1"}
    found = report(("a.py::test_mse", Verdict.PASSED), ("model::simple", Verdict.FAILED), tier=None)
    assert list(compare.differences({"ann": fields}, {"ann": found})) == []


def test_compare_names_missing_and_surplus_students(compare: ModuleType) -> None:
    lines = list(compare.differences({"ann": ANN, "ben": ANN}, {"ann": report(*CHECKS), "eve": report(*CHECKS)}))
    assert lines == ["ben: has no report", "eve: is graded, but not in expected.toml"]


def test_compare_exits_with_1_on_a_difference(
    compare: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hw0").mkdir()
    (tmp_path / "hw0" / "expected.toml").write_text('[ann]\npoints = "2"\ntier = "simple"\n')
    (tmp_path / "out" / "reports").mkdir(parents=True)
    write_report(tmp_path / "out" / "reports" / "ann.json", report(("a.py::test_mse", Verdict.PASSED), *TIERS))
    monkeypatch.setattr(compare, "HERE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["compare.py", "hw0", str(tmp_path / "out")])
    assert compare.main() == 0
    assert capsys.readouterr().out == "1 submissions as expected\n"
    (tmp_path / "hw0" / "expected.toml").write_text('[ann]\npoints = "3"\ntier = "simple"\n')
    assert compare.main() == 1
    assert capsys.readouterr().out == "ann: has 2 points, not 3\n0 submissions as expected, 1 not\n"
