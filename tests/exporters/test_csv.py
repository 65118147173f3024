"""grades.csv."""

from __future__ import annotations

import dataclasses
import io

import pandas as pd
import pytest

from grader.exporters import grades_csv

GOLDEN = (
    "\ufeff"
    '"student","points","max_points","complete","tier","metric",'
    '"test_linear","test_mse","test_mse_hidden","tier_simple"\n'
    '"\'=HYPERLINK(""http://evil"")","",10,"no","","",2,"","",0\n'
    '"jane doe",0,10,"yes","","",0,0,0,0\n'
    '"王小明",10,10,"yes","strong",0.65512345,2,1.5,4,2.5\n'
)


def test_the_table_is_golden_and_sorted_by_student(good, mixed, stuck):
    assert grades_csv([good, mixed, stuck]) == GOLDEN
    assert grades_csv([stuck, good, mixed]) == GOLDEN


def test_pandas_reads_it_back_with_blanks_for_what_is_open(good, mixed, stuck):
    table = pd.read_csv(io.BytesIO(grades_csv([good, mixed, stuck]).encode())).set_index("student")
    assert table.loc["王小明", "points"] == 10
    assert pd.isna(table["points"].iloc[0])
    assert table["test_mse"].dtype == float


def test_a_check_that_one_student_lacks_is_blank(good, mixed):
    less = dataclasses.replace(
        mixed,
        results=mixed.results[:1],
        points=mixed.results[0].points,
        max_points=mixed.results[0].max_points,
    )
    assert '"jane doe",0,2,"yes","","",0,"","",""\n' in grades_csv([good, less])


def test_a_name_with_separators_stays_one_cell(good):
    report = dataclasses.replace(good, student='a,b;=1+1"\nc')
    assert '"a,b;=1+1""\\nc",10,' in grades_csv([report])


def test_no_reports_give_the_header():
    assert grades_csv([]) == '\ufeff"student","points","max_points","complete","tier","metric"\n'


def test_two_assignments_are_no_table(good, mixed):
    with pytest.raises(ValueError, match="one table holds the grades of one assignment"):
        grades_csv([good, dataclasses.replace(mixed, assignment="hw2")])
