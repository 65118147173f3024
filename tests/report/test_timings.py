"""Timings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import RecordError
from grader.report import CheckTiming, Timings, read_timings, write_timings

ONE = Timings({"b": {"test_x": CheckTiming(0.5, 0.25, 12.0)}, "a": {}})
GOLDEN = """\
{
 "format": 1,
 "students": {
  "a": {},
  "b": {
   "test_x": {
    "seconds": 0.5,
    "cpu": 0.25,
    "memory": 12.0
   }
  }
 }
}
"""


def test_the_json_is_golden():
    assert ONE.to_json() == GOLDEN
    assert Timings.from_json(GOLDEN) == ONE


def test_a_regraded_student_is_taken_from_the_newer_run_alone():
    newer = Timings({"b": {"test_y": CheckTiming(1, 1, 1)}, "c": {}})
    merged = ONE.merge(newer)
    assert dict(merged.students) == {"a": {}, "b": {"test_y": CheckTiming(1, 1, 1)}, "c": {}}


def test_no_file_is_no_timings(tmp_path: Path):
    assert read_timings(tmp_path / "timings.json") == Timings()


def test_what_was_written_is_read(tmp_path: Path):
    write_timings(tmp_path / "timings.json", ONE)
    assert read_timings(tmp_path / "timings.json") == ONE


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"format": 1', '"format": 2', "format: is 2; this grader reads 1"),
        ("0.25", "-0.25", "students.b.test_x.cpu: must be finite and not negative, not -0.25"),
        ("0.25", '"a"', "students.b.test_x.cpu: expected a number, got a text"),
        ('"a": {}', '"a": 1', "students.a: expected an object, got a number"),
        ('"cpu"', '"gpu"', "students.b.test_x.cpu: is missing"),
    ],
)
def test_a_damaged_file_is_named_with_field_and_remedy(tmp_path: Path, old, new, problem):
    path = tmp_path / "timings.json"
    path.write_text(GOLDEN.replace(old, new))
    with pytest.raises(RecordError) as caught:
        read_timings(path)
    assert str(caught.value) == f"{path}: {problem}. Delete the file; only times are lost"


numbers = st.floats(0, 1e6)
students = st.dictionaries(
    st.text(),
    st.dictionaries(st.text(), st.builds(CheckTiming, numbers, numbers, numbers), max_size=2),
    max_size=3,
)


@given(students)
def test_all_timings_survive_as_json(students):
    assert Timings.from_json(Timings(students).to_json()) == Timings(students)
