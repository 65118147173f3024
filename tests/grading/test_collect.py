"""Rules that a check file has to keep; each broken one is named with file and remedy."""

from __future__ import annotations

import pytest

from grader.errors import ContentError
from grader.grading.collect import with_checks

GOOD = """
import pytest
@pytest.mark.points({points})
{marks}
def test_one({fixtures}):
    {doc}
    submission.mse_loss
"""


def collect(make_course, tmp_path, text, hidden=False):
    found = []
    with_checks(make_course(tmp_path, checks=text).assignment, hidden=hidden, body=lambda c: found.append(c.checks))
    return found[0]


def check(points="1", marks="", fixtures="submission", doc='"""one"""'):
    return GOOD.format(points=points, marks=marks, fixtures=fixtures, doc=doc)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (check(doc="pass"), "has no docstring"),
        (check(points="-1"), "needs a mark points"),
        (check(points="'0.001'"), "needs a mark points"),
        (check(points="True"), "needs a mark points"),
        (check(points="0.5"), "needs a mark points"),
        (check(points="'much'"), "needs a mark points"),
        (check(marks="@pytest.mark.depends('test_two')"), "there is no such check"),
        (check(marks="@pytest.mark.depends('test_one')"), "runs later"),
        (check(marks="@pytest.mark.limits(cpus=1)"), "unknown limit 'cpus'"),
        (check(marks="@pytest.mark.limits(cpu=0)"), "must be a positive float"),
        ("import no_such_module", "cannot be collected"),
        ("x = 1", "no checks were found"),
    ],
)
def test_a_broken_rule_is_an_error_that_names_it(make_course, tmp_path, text, words):
    with pytest.raises(ContentError, match=words):
        collect(make_course, tmp_path, text)


def test_a_parametrised_check_is_several_checks_and_can_be_depended_on_as_one(make_course, tmp_path):
    text = check(marks="@pytest.mark.parametrize('n', [1, 2])", fixtures="submission, n") + (
        "\n@pytest.mark.points(1)\n@pytest.mark.depends('test_one')\ndef test_two(submission):\n    'two'\n"
    )
    checks = collect(make_course, tmp_path, text)
    assert [c.id for c in checks] == [
        "test_tiny.py::test_one[1]",
        "test_tiny.py::test_one[2]",
        "test_tiny.py::test_two",
    ]
    assert checks[2].depends == ("test_tiny.py::test_one[1]", "test_tiny.py::test_one[2]")


def test_limits_come_from_the_manifest_and_a_mark_overrides_them(make_course, tmp_path):
    (found,) = collect(make_course, tmp_path, check(marks="@pytest.mark.limits(cpu=2.5)"))
    assert (found.limits.cpu, found.limits.memory) == (2.5, 512)


def test_no_conftest_and_no_settings_of_a_surrounding_project_are_read(make_course, tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    checks = tmp_path / "assignments" / "tiny" / "checks"
    checks.mkdir(parents=True)
    (checks / "conftest.py").write_text("raise RuntimeError('read')")
    assert len(collect(make_course, tmp_path, check())) == 1
