"""What student code raises arrives as the same kind of exception, with its text and its place, and never as ours."""

from __future__ import annotations

import builtins
from collections.abc import Callable

import pytest

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.faults import BadValue, NotAttempted, OutOfMemory, StudentRaised
from grader.verdict import Verdict

MIMICKED = [
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "ZeroDivisionError",
    "FileNotFoundError",
    "UnicodeDecodeError",
    "ImportError",
    "StopIteration",
    "UserWarning",
    "SyntaxError",
]
ALONE = ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "AssertionError", "ExceptionGroup"]


@pytest.mark.parametrize("name", MIMICKED)
def test_a_built_in_exception_arrives_as_its_own_type(submission: SubmissionProxy, name: str) -> None:
    with pytest.raises(getattr(builtins, name)) as caught:
        submission.fail(name)
    error = caught.value
    assert isinstance(error, StudentRaised)
    assert error.type_name == name
    assert "a text" in error.message
    assert str(error) == f"{name}: {error.message}"
    assert error.verdict is Verdict.RAISED
    assert error.frames[-1].file == "m.py"
    assert error.frames[-1].function == "fail"
    assert submission.identity(1) == 1


@pytest.mark.parametrize("name", ALONE)
def test_what_could_be_taken_for_ours_arrives_as_the_students_alone(submission: SubmissionProxy, name: str) -> None:
    with pytest.raises(StudentRaised) as caught:
        submission.fail(name)
    assert not isinstance(caught.value, getattr(builtins, name))
    assert caught.value.type_name == name
    assert submission.identity(1) == 1


def test_a_class_of_the_students_arrives_as_its_built_in_ancestor(submission: SubmissionProxy) -> None:
    with pytest.raises(ValueError, match=r"^OwnValueError: a text$"):
        submission.fail("OwnValueError")
    with pytest.raises(StudentRaised, match=r"^OwnError: a text$") as caught:
        submission.fail("OwnError")
    assert type(caught.value) is StudentRaised


def test_a_key_errors_text_keeps_its_quotes(submission: SubmissionProxy) -> None:
    with pytest.raises(KeyError) as caught:
        submission.fail("KeyError")
    assert str(caught.value) == "KeyError: 'a text'"


def test_an_exception_that_cannot_tell_its_text_is_told_without(submission: SubmissionProxy) -> None:
    with pytest.raises(StudentRaised, match="could not be made"):
        submission.fail("Mute")


def test_a_text_can_be_written_anywhere_and_is_bounded(submission: SubmissionProxy) -> None:
    with pytest.raises(ValueError, match="half") as caught:
        submission.fail("surrogate")
    assert caught.value.message.encode() == b"half ? of a text"
    with pytest.raises(ValueError, match="xxx") as caught:
        submission.fail("long")
    assert len(caught.value.message) == 4000


def test_not_implemented_is_not_attempted(submission: SubmissionProxy) -> None:
    with pytest.raises(NotAttempted, match=r"^todo is not implemented yet$") as caught:
        submission.todo()
    assert caught.value.verdict is Verdict.NOT_ATTEMPTED
    with pytest.raises(NotAttempted, match=r"^todo_with_words is not implemented yet: use torch\.where$"):
        submission.todo_with_words()
    assert submission.identity(1) == 1


def test_no_except_exception_of_a_check_swallows_a_fault(submission: SubmissionProxy) -> None:
    def careless() -> None:
        try:
            submission.todo()
        except Exception:
            pytest.fail("swallowed")

    with pytest.raises(NotAttempted):
        careless()


def test_endless_recursion_is_a_recursion_error(submission: SubmissionProxy) -> None:
    with pytest.raises(RecursionError, match="maximum recursion depth") as caught:
        submission.recursion()
    assert 0 < len(caught.value.frames) <= 12
    assert submission.identity(1) == 1


def test_frames_name_file_line_and_function_innermost_last(submission: SubmissionProxy, local: object) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        submission.deep_failure(3)
    frames = caught.value.frames
    assert [f.function for f in frames] == ["deep_failure"] * 4
    assert frames[-1].line == local.deep_failure.__code__.co_firstlineno + 1  # type: ignore[attr-defined]


def test_frames_of_a_deep_failure_are_cut_in_the_middle(submission: SubmissionProxy) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        submission.deep_failure(100)
    assert len(caught.value.frames) == 12


def test_a_chained_exception_is_the_last_one(submission: SubmissionProxy) -> None:
    with pytest.raises(ValueError, match="wrapped"):
        submission.chained()


@pytest.mark.parametrize("call", ["out_of_memory", "allocate", "numpy_allocate"])
def test_running_out_of_memory_is_told_as_such(submission: SubmissionProxy, call: str) -> None:
    arguments = [] if call == "out_of_memory" else [1 << 50]
    with pytest.raises(OutOfMemory, match=f"^{call} ran out of memory") as caught:
        getattr(submission, call)(*arguments)
    assert not caught.value.suspect
    assert submission.identity(1) == 1


BAD = ["set", "Impostor", "sparse", "complex64", "meta", "complex", "nested deeper", "MiB"]


@pytest.mark.parametrize("name", [*BAD, "too large for one message", "more than 200000 values"])
def test_a_result_that_may_not_cross_is_a_bad_value(submission: SubmissionProxy, name: str) -> None:
    with pytest.raises(BadValue, match=f"^bad returned a value that .*{name}") as caught:
        submission.bad(name)
    assert caught.value.verdict is Verdict.FAILED
    assert submission.identity(1) == 1


def test_a_result_over_the_checks_own_limit_is_a_bad_value(open_check: Callable[..., SubmissionProxy]) -> None:
    import torch

    x = torch.zeros(1 << 20)
    assert open_check(limits=Limits(message=40)).identity(x).shape == x.shape
    with pytest.raises(BadValue, match="more than 2 MiB"):
        open_check(limits=Limits(message=2)).zeros(1 << 20)
