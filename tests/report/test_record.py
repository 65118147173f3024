"""Report: what it refuses to say, and its JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import RecordError
from grader.report import (
    CheckResult,
    Confinement,
    Digests,
    Report,
    TrainingResult,
    parse_points,
    points_text,
    summarise,
)
from grader.verdict import Owner, Verdict

GOLDEN = """\
{
 "format": 1,
 "assignment": "hw1_regression",
 "version": "1.0",
 "student": "王小明",
 "complete": true,
 "points": "2",
 "max_points": "4",
 "results": [
  {
   "check": "test_mse",
   "title": "mse_loss averages",
   "verdict": "passed",
   "owner": "none",
   "points": "2",
   "max_points": "2",
   "visibility": "visible",
   "message": "",
   "hint": "",
   "stdout": ""
  },
  {
   "check": "test_linear",
   "title": "mse_loss averages",
   "verdict": "failed",
   "owner": "student",
   "points": "0",
   "max_points": "2",
   "visibility": "visible",
   "message": "shape (3,), got ()",
   "hint": "",
   "stdout": ""
  }
 ],
 "training": {
  "metric": "rmse",
  "value": 0.75,
  "tier": "strong"
 },
 "notes": [
  "extra.py was ignored"
 ],
 "digests": {
  "submission": "SHA",
  "assignment": "SHA",
  "solution": "",
  "grader": "SHA"
 },
 "seed_fingerprint": "f00d",
 "device": "cpu",
 "torch": "2.13.0",
 "confinement": {
  "level": "strong",
  "engine": "linux",
  "mechanisms": [
   "seccomp",
   "landlock"
  ]
 }
}
""".replace("SHA", "a" * 64)


def test_the_json_is_golden(make):
    assert make().to_json() == GOLDEN
    assert Report.from_json(GOLDEN) == make()


def test_an_incomplete_report_has_no_points(make, check):
    results = (check(), check("test_b", Verdict.GRADER_ERROR))
    report = make(*results)
    assert (report.complete, report.points, report.max_points) == (False, None, Decimal(4))
    assert json.loads(report.to_json())["points"] is None
    assert Report.from_json(report.to_json()) == report


def test_a_check_skipped_for_a_grader_error_is_incomplete_too(check):
    skipped = check("test_b", Verdict.SKIPPED, owner=Owner.GRADER)
    assert summarise([check(), skipped]) == (False, None, Decimal(4))


def test_no_results_give_zero_of_zero():
    assert summarise([]) == (True, Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"verdict": Verdict.SKIPPED, "owner": Owner.NONE}, "owner: a check that is skipped cannot have the"),
        ({"points": Decimal(3)}, "points: 3 is more than max_points, 2"),
        ({"points": Decimal(-1)}, "points: points must be 0 or more with at most two decimals, not -1"),
        ({"max_points": Decimal("NaN")}, "max_points: points must be 0 or more"),
        ({"max_points": Decimal("2.125")}, "max_points: points must be 0 or more"),
        ({"visibility": "secret"}, "visibility: must be one of visible, hidden, not 'secret'"),
        ({"owner": Owner.GRADER}, "owner: a check that is passed cannot have the owner grader"),
        (
            {"verdict": Verdict.FAILED, "owner": Owner.NONE},
            "owner: a check that is failed cannot have the owner none",
        ),
    ],
)
def test_a_result_that_contradicts_itself_is_refused(check, fields, problem):
    with pytest.raises(ValueError, match=problem):
        check(**fields)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"points": Decimal(3)}, "points: is 3, but the results give 2"),
        ({"points": None}, "points: is None, but the results give 2"),
        ({"complete": False}, "complete: is False, but the results give True"),
        ({"max_points": Decimal(100)}, "max_points: is 100, but the results give 4"),
        ({"format": 2}, "format: is 2; this grader reads and writes 1"),
    ],
)
def test_a_report_that_contradicts_its_results_is_refused(make, fields, problem):
    with pytest.raises(ValueError, match=problem):
        make(**fields)


def test_one_check_cannot_stand_twice(make, check):
    with pytest.raises(ValueError, match=r"results\[1\]\.check: 'test_mse' stands twice"):
        make(check(), check())


def test_a_metric_that_is_nan_is_refused():
    with pytest.raises(ValueError, match="value: expected a finite number or none"):
        TrainingResult("rmse", float("nan"), None)


def changed(path: str, value: Any) -> str:
    """The golden report with one value replaced; '-' in front of the last key takes it away."""
    report = json.loads(GOLDEN)
    *parents, last = path.split("/")
    place = report
    for key in parents:
        place = place[int(key)] if key.isdigit() else place[key]
    if last.startswith("-"):
        del place[last[1:]]
    else:
        place[int(last) if last.isdigit() else last] = value
    return json.dumps(report)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("format", 2, "format: is 2; this grader reads 1"),
        ("format", "1", "format: is '1'; this grader reads 1"),
        ("format", True, "format: expected a whole number, got true or false"),
        ("-student", None, "student: is missing"),
        ("studnet", "x", "studnet: is not known; known are format, assignment, version, student,"),
        ("student", 3, "student: expected a text, got a number"),
        ("complete", 1, "complete: expected true or false, got a number"),
        ("points", 2, "points: expected a text, got a number"),
        ("points", "2.0", 'points: points must be a text such as "60", "7.5" or "0.25", not \'2.0\''),
        ("points", "3", "points: is 3, but the results give 2"),
        ("points", None, "points: is None, but the results give 2"),
        ("max_points", None, "max_points: expected a text, got null"),
        ("results", {}, "results: expected a list, got an object"),
        ("results/1", [], "results[1]: expected an object, got a list"),
        ("results/1/points", "1e1", "results[1].points: points must be a text"),
        ("results/1/points", "3", "results[1].points: 3 is more than max_points, 2"),
        ("results/1/points", 0.5, "results[1].points: expected a text, got a number"),
        ("results/1/verdict", "ok", "results[1].verdict: must be one of passed, failed, not_attempted"),
        ("results/1/verdict", "a\x1b[2J", "results[1].verdict: must be one of"),
        (
            "results/1/owner",
            "grader",
            "results[1].owner: a check that is failed cannot have the owner grader",
        ),
        ("results/1/visibility", "shown", "results[1].visibility: must be one of visible, hidden"),
        ("results/1/-hint", None, "results[1].hint: is missing"),
        ("results/1/extra", None, "results[1].extra: is not known"),
        ("results/1/check", "test_mse", "results[1].check: 'test_mse' stands twice"),
        ("training", [], "training: expected an object, got a list"),
        ("training/value", True, "training.value: expected a number, got true or false"),
        ("training/value", 10**400, "training.value: expected a finite number"),
        ("training/tier", 1, "training.tier: expected a text, got a number"),
        ("notes/0", None, "notes[0]: expected a text, got null"),
        ("digests/-grader", None, "digests.grader: is missing"),
        ("confinement/mechanisms", "all", "confinement.mechanisms: expected a list, got a text"),
    ],
)
def test_an_error_names_the_path_of_the_field(path, value, problem):
    with pytest.raises(RecordError) as caught:
        Report.from_json(changed(path, value))
    assert str(caught.value).startswith(problem)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not readable as JSON: Expecting value"),
        ("[]", "the report: expected an object, got a list"),
        (GOLDEN[:-9], "not readable as JSON"),
        (GOLDEN.replace("0.75", "NaN"), "not readable as JSON: NaN is no JSON"),
        (GOLDEN.replace("0.75", "1e999"), "training.value: expected a finite number"),
        (GOLDEN.replace('"device"', '"student"'), "not readable as JSON: the key 'student' stands twice"),
        ("[" * 100_000, "not readable as JSON: nested too deeply"),
        ("1" * 10_000, "not readable as JSON: Exceeds the limit"),
    ],
)
def test_a_damaged_file_is_one_sentence(text, problem):
    with pytest.raises(RecordError) as caught:
        Report.from_json(text)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ("60", "60"),
        ("60.00", "60"),
        ("7.50", "7.5"),
        ("0.05", "0.05"),
        ("6E+1", "60"),
        ("-0", "0"),
        ("0.250", "0.25"),
    ],
)
def test_points_have_one_text(points, text):
    assert points_text(Decimal(points)) == text


@pytest.mark.parametrize("text", ["", "60.0", "07", "1e2", ".5", "5.", "-1", "+1", "1.234", "٣", "1 ", "0.00", "1_0"])
def test_other_texts_are_no_points(text):
    with pytest.raises(ValueError, match="points must be a text such as"):
        parse_points(text)


@given(st.decimals(0, 999_999_999, places=2))
def test_points_survive_as_text(points):
    assert parse_points(points_text(points)) == points


# Half surrogates of either kind alone (file names that are no UTF-8); a pair would be one character.
texts = st.text(st.characters(exclude_characters=[chr(c) for c in range(0xD800, 0xDC00)]), max_size=20)
points = st.decimals(0, 100, places=2)


@st.composite
def check_results(draw: st.DrawFn) -> CheckResult:
    verdict = draw(st.sampled_from(Verdict))
    owner = draw(st.sampled_from([Owner.STUDENT, Owner.GRADER])) if verdict is Verdict.SKIPPED else verdict.owner
    most = draw(points)
    earned = draw(st.decimals(0, most, places=2))
    visibility = draw(st.sampled_from(["visible", "hidden"]))
    return CheckResult(
        draw(texts),
        draw(texts),
        verdict,
        owner,
        earned,
        most,
        visibility,
        draw(texts),
        draw(texts),
        draw(texts),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    results = tuple(draw(st.lists(check_results(), max_size=3, unique_by=lambda result: result.check)))
    complete, total, most = summarise(results)
    value = st.none() | st.floats(allow_nan=False, allow_infinity=False)
    return Report(
        assignment=draw(texts),
        version=draw(texts),
        student=draw(texts),
        complete=complete,
        points=total,
        max_points=most,
        results=results,
        training=draw(st.none() | st.builds(TrainingResult, texts, value, st.none() | texts)),
        notes=tuple(draw(st.lists(texts, max_size=2))),
        digests=draw(st.builds(Digests, texts, texts, texts, texts)),
        seed_fingerprint=draw(texts),
        device="cpu",
        torch=draw(texts),
        confinement=Confinement("weak", draw(texts), tuple(draw(st.lists(texts, max_size=2)))),
    )


@given(reports())
def test_every_report_survives_as_json(report):
    text = report.to_json()
    text.encode()
    assert Report.from_json(text) == report
    assert Report.from_json(text).to_json() == text
