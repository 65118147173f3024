"""The class in the terminal."""

from __future__ import annotations

import dataclasses

from rich.cells import cell_len

from grader.exporters import class_summary, class_table, plain

TABLE = """\
student                       points  checks              tier    needs a person
=HYPERLINK("http://evil")  open / 10  ✓ 1  ✗ 1  – 1  ! 1  –       yes: 2 open
jane doe                      0 / 10  ✗ 2  · 1  – 1       –
王小明                       10 / 10  ✓ 4                 strong
"""


def test_the_table_is_golden_and_sorted_by_student(good, mixed, stuck):
    assert plain(class_table([good, mixed, stuck]), width=80) == TABLE


def test_wide_characters_are_aligned(good, mixed):
    lines = plain(class_table([good, mixed]), width=80).splitlines()
    ends = {cell_len(line[: line.index("10  ")]) for line in lines[1:]}
    assert len(ends) == 1


def test_a_name_can_neither_colour_nor_clear_nor_reorder(good):
    report = dataclasses.replace(good, student="[red]x[/red]\x1b[2J\u202e\ny")
    assert r"[red]x[/red]\x1b[2J\u202e\ny" in plain(class_table([report]))


def test_the_summary_is_of_final_grades(good, mixed, stuck):
    assert class_summary([good, mixed, stuck]) == (
        "3 students, 2 with a final grade",
        "mean 5, median 5 of 10 points",
        "1 grade incomplete through no fault of the student; not in mean and median, blank in exports",
    )


def test_the_mean_is_rounded_half_up(good, mixed):
    students = [mixed] * 7 + [good]
    assert class_summary(students)[1] == "mean 1.25, median 0 of 10 points"
    assert class_summary([mixed] * 15 + [good])[1] == "mean 0.63, median 0 of 10 points"


def test_an_empty_class_has_no_mean(stuck):
    assert class_summary([]) == ("0 students, 0 with a final grade",)
    assert class_summary([stuck])[0] == "1 student, 0 with a final grade"
