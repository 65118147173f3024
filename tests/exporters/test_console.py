"""What grader check prints."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from grader.exporters import plain, student_report
from grader.exporters.words import MARKS, verdict_text
from grader.report import Report, summarise
from grader.verdict import Owner, Verdict

MIXED = """\
✗ mse_loss averages
  0 of 1.5 points: failed

  You sum instead of averaging.
  mse_loss: 6 of 6 elements differ; tolerance atol 1e-06
    worst at [0, 2]: got 3.5, want 3.0, difference 0.5

  Hint: Which axis do you average over?

  Your code printed:
  x is 3
  ```
  <b>bold</b>\\x1b[31mred

·  linear computes xW + b                     0 / 2
✗  mse_loss averages                        0 / 1.5
–  mse_loss holds for other sizes (hidden)    0 / 4
✗  the model reaches simple                 0 / 2.5

note: my_notes.py is no file of this assignment and was ignored.
The trained model has no rmse yet.
────────────────────────────────────────  0 of 10 points
Next: mse_loss averages: grader check hw1_regression -k test_mse
"""

STUCK = """\
✗ the model reaches simple
  0 of 2.5 points: your code took too long

✓  linear computes xW + b                        2 / 2
!  mse_loss averages                        open / 1.5
–  mse_loss holds for other sizes (hidden)    open / 4
✗  the model reaches simple                    0 / 2.5

note: <script>alert(1)</script> \\x1b[2J [red]x[/red] | *a*
This grade is not final. The grader itself failed in 2 checks: that is not your
fault and costs you no points. The course staff will run it again.
Next: the model reaches simple: grader train hw1_regression
"""

GOOD = """\
✓  linear computes xW + b                       2 / 2
✓  mse_loss averages                        1.5 / 1.5
✓  mse_loss holds for other sizes (hidden)      4 / 4
✓  the model reaches simple                 2.5 / 2.5

The trained model's rmse is 0.6551: tier strong reached.
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  10 of 10 points
Every check passes.
"""


def shown(report: Report, hidden: str = "title") -> str:
    return plain(student_report(report, hidden=hidden), width=80)


def with_results(report: Report, *verdicts: Verdict, **fields: object) -> Report:
    results = tuple(
        dataclasses.replace(
            result,
            verdict=verdict,
            owner=verdict.owner,
            points=result.max_points if verdict is Verdict.PASSED else Decimal(0),
            **fields,
        )
        for result, verdict in zip(report.results, verdicts, strict=False)
    )
    complete, points, max_points = summarise(results)
    return dataclasses.replace(report, results=results, complete=complete, points=points, max_points=max_points)


def test_the_first_failure_comes_first(mixed):
    assert shown(mixed) == MIXED


def test_an_incomplete_report_says_that_it_is_not_the_students_fault(stuck):
    assert shown(stuck) == STUCK


def test_full_marks_are_said_plainly(good):
    assert shown(good) == GOOD


def test_an_untouched_check_comes_after_one_that_was_tried(good):
    report = with_results(good, Verdict.NOT_ATTEMPTED, Verdict.CRASHED)
    assert shown(report).startswith("✗ mse_loss averages\n  0 of 1.5 points: your code crashed\n")


def test_a_hidden_check_comes_after_every_visible_one(good):
    report = with_results(good, Verdict.NOT_ATTEMPTED, Verdict.PASSED, Verdict.FAILED)
    assert shown(report).startswith("· linear computes xW + b\n")
    report = with_results(good, Verdict.PASSED, Verdict.PASSED, Verdict.FAILED)
    assert "Next: mse_loss holds for other sizes (a hidden check: think of inputs" in shown(report)


def test_hidden_checks_can_be_left_out(mixed, good):
    assert "other sizes" not in shown(mixed, "nothing")
    report = with_results(good, Verdict.PASSED, Verdict.PASSED, Verdict.FAILED, Verdict.PASSED)
    assert shown(report, "nothing").endswith("Every check shown here passes.\n")


def test_nothing_of_a_hidden_check_but_its_title_is_shown(mixed):
    assert "secret" not in shown(mixed)
    assert "secret" not in shown(mixed, "nothing")


def test_a_lone_skipped_check_is_no_pass(good):
    report = with_results(good, Verdict.PASSED, Verdict.SKIPPED)
    assert shown(report).endswith("Next: the checks that the skipped ones build on: grader check hw1_regression\n")


def test_only_the_graders_fault_leaves_nothing_to_do(good):
    report = with_results(good, Verdict.PASSED, Verdict.GRADER_ERROR)
    assert report.results[1].owner is Owner.GRADER
    assert shown(report).endswith("Nothing is left for you to do here.\n")


def test_the_bar_is_full_at_full_marks_only(good):
    report = with_results(good, Verdict.PASSED, Verdict.PASSED, Verdict.PASSED, Verdict.FAILED)
    assert "━" * 30 + "─" * 10 + "  7.5 of 10 points" in shown(report)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_mark_and_words(good, verdict):
    report = with_results(good, verdict)
    text = shown(report)
    assert verdict_text(report.results[0])
    assert f"{MARKS[verdict]}  linear computes xW + b" in text
