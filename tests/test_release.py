"""Stubs: what is cut, what stays, and what an author is told."""

from __future__ import annotations

import ast
import stat
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Course
from grader.commands.release import command
from grader.errors import ContentError, UsageError
from grader.release import Change, cut_solutions, release_assignment, stub_drift

REFERENCE = '''\
"""The lesson."""

import math


def area(r):
    """The area of a circle, π·r².

    >>> area(1.0)
    3.14
    """
    ### BEGIN SOLUTION
    square = r * r
    if square < 0:
        raise ValueError

    # π comes last
    return math.pi * square
    ### END SOLUTION


class Circle:
    def __init__(self, r):
        self.r = r  # given
        for _ in range(1):
            ### BEGIN SOLUTION
            self.a = area(r)
            ### END SOLUTION
'''
STUB = '''\
"""The lesson."""

import math


def area(r):
    """The area of a circle, π·r².

    >>> area(1.0)
    3.14
    """
    raise NotImplementedError


class Circle:
    def __init__(self, r):
        self.r = r  # given
        for _ in range(1):
            raise NotImplementedError
'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "assignments/hw").mkdir(parents=True)
    (tmp_path / "solutions/hw").mkdir(parents=True)
    (tmp_path / "assignments/hw/assignment.toml").write_text(
        'format = 1\nslug = "hw"\ntitle = "HW"\nversion = "1"\npoints = 1\nmodules = ["circle"]\n'
    )
    (tmp_path / "solutions/hw/circle.py").write_text(REFERENCE, encoding="utf-8")
    return Course(tmp_path)


def error(source: str) -> str:
    with pytest.raises(ContentError) as caught:
        cut_solutions(textwrap.dedent(source), "ref.py")
    return str(caught.value)


def test_solutions_become_not_implemented() -> None:
    assert cut_solutions(REFERENCE, "ref.py") == STUB


def test_line_ends_of_windows_are_understood() -> None:
    assert cut_solutions(REFERENCE.replace("\n", "\r\n"), "ref.py") == STUB


def test_marker_in_a_string_is_text() -> None:
    source = 'def f():\n    s = """\n    ### BEGIN SOLUTION\n    """\n    return s, "### END SOLUTION"\n'
    assert cut_solutions(source, "ref.py") == source


def test_string_with_a_marker_inside_a_solution_is_cut_whole() -> None:
    source = 'def f():\n    ### BEGIN SOLUTION\n    return """\n### END SOLUTION\n"""\n    ### END SOLUTION\n'
    assert cut_solutions(source, "ref.py") == "def f():\n    raise NotImplementedError\n"


def test_last_line_may_lack_its_newline() -> None:
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    assert cut_solutions(source, "ref.py") == "def f():\n    raise NotImplementedError\n"


def test_tabs_stay_tabs() -> None:
    source = "def f():\n\t### BEGIN SOLUTION\n\treturn 1\n\t### END SOLUTION\n"
    assert cut_solutions(source, "ref.py") == "def f():\n\traise NotImplementedError\n"


def test_line_separator_and_form_feed_are_no_line_ends() -> None:
    head = "\f\ns = 'a\u2028b\x1d'\n"
    source = head + "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    assert cut_solutions(source, "ref.py") == head + "def f():\n    raise NotImplementedError\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "def f():\n    ### BEGIN SOLUTION\n    return 1\n",
            "ref.py:2: '### BEGIN SOLUTION' is never closed; add '### END SOLUTION'",
        ),
        (
            "def f():\n    return 1\n    ### END SOLUTION\n",
            "ref.py:3: '### END SOLUTION' without '### BEGIN SOLUTION' before it; remove or open it",
        ),
        (
            "def f():\n    ### BEGIN SOLUTION\n    a = 1\n    ### BEGIN SOLUTION\n    ### END SOLUTION\n",
            "ref.py:4: '### BEGIN SOLUTION' inside the block that line 2 begins; end that one first",
        ),
        (
            "def f():\n    # begin solution\n    return 1\n    # end solution\n",
            "ref.py:2: a marker must be exactly '### BEGIN SOLUTION' or '### END SOLUTION',"
            " alone on its line, not '# begin solution'",
        ),
        (
            "def f():\n    a = 1  ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n",
            "ref.py:2: a marker must be exactly '### BEGIN SOLUTION' or '### END SOLUTION',"
            " alone on its line, not 'a = 1  ### BEGIN SOLUTION'",
        ),
        (
            "def f():\n    ### BEGIN SOLUTION\n    # nothing\n    ### END SOLUTION\n    return 1\n",
            "ref.py:2: the block holds no whole statement; put the solution into it",
        ),
        (
            "def f():\n    ### BEGIN SOLUTION\n    return 1\ndef g():\n    return 2\n    ### END SOLUTION\n",
            "ref.py:4: the block that line 2 begins: its code must begin at the column of its markers",
        ),
        (
            "def f():\n### BEGIN SOLUTION\n    return 1\n### END SOLUTION\n",
            "ref.py:3: the block that line 2 begins: its code must begin at the column of its markers",
        ),
        (
            "### BEGIN SOLUTION\ndef f():\n    return 1\n### END SOLUTION\n",
            "ref.py:1: a solution must stand inside a function",
        ),
        (
            "class C:\n    ### BEGIN SOLUTION\n    def m(self): ...\n    ### END SOLUTION\n",
            "ref.py:2: a solution must stand inside a function",
        ),
        (
            "def f():\n    return [\n    ### BEGIN SOLUTION\n    1,\n    ### END SOLUTION\n    ]\n",
            "ref.py:3: the block holds no whole statement; put the solution into it",
        ),
        (
            "def f():\n  try:\n    a\n  ### BEGIN SOLUTION\n  finally:\n    b\n  ### END SOLUTION\n",
            "ref.py without its solutions:4: not valid Python: expected 'except' or 'finally' block",
        ),
        ("def f(:\n", "ref.py:1: not valid Python: "),
        ("x = '\0'\n", "ref.py"),
    ],
)
def test_error_names_file_line_and_rule(source: str, message: str) -> None:
    assert error(source).startswith(message)


statements = st.recursive(
    st.sampled_from(["secret = 1", "return secret", "# secret", "s = '''\n  ### END SOLUTION secret\n'''", ""]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda body: "if secret:\n" + textwrap.indent("\n".join([*body, "pass"]), "    ", lambda line: True)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(statements, max_size=4), st.lists(statements, max_size=4))
def test_nothing_of_a_solution_is_left(first: list[str], second: list[str]) -> None:
    def function(name: str, body: list[str]) -> str:
        code = "\n".join(["### BEGIN SOLUTION", *body, "secret = 2", "### END SOLUTION"])
        return f'def {name}():\n    """Doc."""\n' + textwrap.indent(code, "    ") + "\n"

    stub = cut_solutions(function("f", first) + "\n" + function("g", second), "ref.py")
    assert "secret" not in stub
    assert "SOLUTION" not in stub
    assert [node.name for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef)] == ["f", "g"]


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_cut_or_refused_with_its_file(source: str) -> None:
    try:
        cut_solutions(source, "ref.py")
    except ContentError as caught:
        refusal = str(caught)
    else:
        refusal = "ref.py"
    assert refusal.startswith("ref.py")


def test_release_writes_readable_stubs_once(course: Course) -> None:
    path = course.root / "assignments/hw/circle.py"
    assert release_assignment(course, "hw") == [Change(path, True)]
    assert path.read_text(encoding="utf-8") == STUB
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert release_assignment(course, "hw") == [Change(path, False)]
    assert sorted(p.name for p in path.parent.iterdir()) == ["assignment.toml", "circle.py"]


def test_nothing_is_written_if_one_reference_is_broken(course: Course) -> None:
    manifest = course.root / "assignments/hw/assignment.toml"
    manifest.write_text(manifest.read_text().replace('["circle"]', '["circle", "square"]'))
    with pytest.raises(ContentError, match=r"^solutions/hw/square\.py is missing; write the reference"):
        release_assignment(course, "hw")
    assert not (course.root / "assignments/hw/circle.py").exists()


def test_reference_without_markers_is_refused(course: Course) -> None:
    (course.root / "solutions/hw/circle.py").write_text("def area(r): return r\n")
    with pytest.raises(ContentError, match=r"^solutions/hw/circle\.py: has no '### BEGIN SOLUTION'"):
        release_assignment(course, "hw")


def test_reference_must_be_utf8(course: Course) -> None:
    (course.root / "solutions/hw/circle.py").write_bytes(b"# \xff")
    with pytest.raises(ContentError, match=r"^solutions/hw/circle\.py: byte 2 is not UTF-8; save it as UTF-8"):
        release_assignment(course, "hw")


def test_without_solutions_there_is_nothing_to_release(course: Course) -> None:
    (course.root / "solutions").rename(course.root / "elsewhere")
    with pytest.raises(ContentError, match=r"^solutions/hw is missing; stubs are generated from the reference"):
        release_assignment(course, "hw")


def test_drift_names_each_stub_and_the_remedy(course: Course) -> None:
    remedy = "run 'grader release hw'"
    assert stub_drift(course, "hw") == [f"assignments/hw/circle.py is missing; {remedy}"]
    release_assignment(course, "hw")
    assert stub_drift(course, "hw") == []
    stub = course.root / "assignments/hw/circle.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (stub.parent / "old.py").touch()
    (stub.parent / "pictures.py").touch()  # given, and of no module
    assert stub_drift(course, "hw") == [
        f"assignments/hw/circle.py is not what the reference gives; edit the reference, then {remedy}",
        "assignments/hw/old.py belongs to no module of the assignment; delete it or name it in 'modules'",
    ]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.return_value, result.output


def test_command_says_what_it_wrote(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root / "solutions")
    assert run("hw") == (0, "assignments/hw/circle.py: written\n")
    assert run("hw") == (0, "assignments/hw/circle.py: unchanged\n")


def test_check_writes_nothing_and_returns_1(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    assert run("hw", "--check") == (1, "assignments/hw/circle.py is missing; run 'grader release hw'\n")
    assert not (course.root / "assignments/hw/circle.py").exists()
    release_assignment(course, "hw")
    assert run("hw", "--check") == (0, "assignments/hw: every stub is up to date\n")


def test_command_leaves_errors_to_the_command_line(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    with pytest.raises(UsageError, match="there is no assignment 'hw2'"):
        run("hw2")


def test_help_has_an_example() -> None:
    assert "grader release hw1_regression" in CliRunner().invoke(command, ["--help"]).output
