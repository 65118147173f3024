"""Callables of a check in the hands of student code: values, gradients, exceptions, and nothing else of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from grader.remote import SubmissionProxy
from grader.sandbox.autograd import BoundaryMisuse
from grader.sandbox.faults import Crashed, NotAttempted, StudentRaised


class Mine(Exception):
    pass


def scalar(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64, requires_grad=True)


def test_a_callable_is_called_back(submission: SubmissionProxy) -> None:
    assert submission.apply(lambda a, b: {"sum": a + b}, 1, 2) == {"sum": 3}
    assert torch.equal(submission.apply_twice(lambda z: z * z, torch.tensor(2.0)), torch.tensor(18.0))


def test_a_callable_has_its_gradient(submission: SubmissionProxy) -> None:
    x = scalar(2.0)
    submission.apply_twice(lambda z: z**2, x).backward()
    assert x.grad == 4 * 2**3 + 1
    assert torch.autograd.gradcheck(lambda z: submission.apply_twice(torch.sin, z), scalar(0.3))


def test_student_code_differentiates_a_callable(submission: SubmissionProxy) -> None:
    target = torch.tensor([1.0, -2.0])
    got = submission.descend(lambda z: (z - target).pow(2).sum(), torch.zeros(2), 0.25, 40)
    assert torch.allclose(got, target, atol=1e-6)
    assert torch.equal(submission.backward_inside(lambda z: (3 * z).sum(), torch.ones(2)), torch.full((2,), 3.0))


def test_a_closures_own_variable_gets_its_gradient_by_backward(submission: SubmissionProxy) -> None:
    w, x = scalar(5.0), scalar(2.0)
    y = submission.apply(lambda z: z * w, x)
    torch.autograd.grad(y, x)
    assert w.grad is None
    submission.apply(lambda z: z * w, x).backward()
    assert w.grad == 2
    assert x.grad == 5
    submission.backward_inside(lambda z: (z * w).sum(), torch.ones(3, dtype=torch.float64))
    assert w.grad == 5


def test_autograd_grad_for_a_closures_own_variable_is_an_error_and_not_zero(submission: SubmissionProxy) -> None:
    w, x = scalar(5.0), scalar(2.0)
    with pytest.raises(RuntimeError, match="not have been used"):
        torch.autograd.grad(submission.apply(lambda z: z * w, x), w)


def test_a_closure_sees_its_variables_as_they_are_now(submission: SubmissionProxy) -> None:
    calls = []

    def f(z: float) -> float:
        calls.append(z)
        return z + len(calls)

    assert submission.apply_twice(f, 1.0) == 5.0
    assert calls == [1.0, 2.0]


def test_a_closure_over_a_mirror_has_gradients(submission: SubmissionProxy) -> None:
    m = submission.Affine(2, 1)
    x = torch.ones(3, 2, dtype=torch.float64)
    (got,) = torch.autograd.grad(submission.apply(lambda z: m(z).sum(), x), m.weight)
    assert torch.equal(got, torch.full((1, 2), 3.0, dtype=torch.float64))
    submission.apply(lambda z: m(z).sum(), x).backward()
    assert torch.equal(m.weight.grad, got)
    m.zero_grad()
    submission.backward_inside(lambda z: m(z).sum(), x)
    assert torch.equal(m.weight.grad, got)


def test_a_callable_may_call_the_submission_again(submission: SubmissionProxy) -> None:
    x = torch.randn(3, dtype=torch.float64, requires_grad=True)
    y = submission.apply_twice(lambda z: submission.softmax(submission.cube(z)), x)
    want = ((x**3).softmax(-1) ** 3).softmax(-1) + x
    assert torch.allclose(y, want)
    v = torch.randn(3, dtype=torch.float64)
    (got,) = torch.autograd.grad(y, x, v)
    assert torch.allclose(got, torch.autograd.grad(want, x, v)[0])


def test_an_exception_of_a_callable_comes_back_as_itself(submission: SubmissionProxy) -> None:
    mine = Mine("from the check")

    def fails() -> None:
        raise mine

    with pytest.raises(Mine) as caught:
        submission.apply(fails)
    assert caught.value is mine
    assert submission.identity(1) == 1


def test_a_failed_assertion_of_a_callable_comes_back_as_itself(submission: SubmissionProxy) -> None:
    def fails(x: object) -> None:
        assert x == "something else", "my own words"

    with pytest.raises(AssertionError, match="my own words"):
        submission.apply(fails, 1)


def test_student_code_may_catch_what_a_callable_raises(submission: SubmissionProxy) -> None:
    def fails() -> None:
        raise KeyError("k")

    def fails_oddly() -> None:
        raise Mine("words")

    assert submission.swallow(fails) == ("KeyError", "\"'k'\"")
    assert submission.swallow(fails_oddly) == ("CallbackFailed", "words")


def test_student_code_may_catch_many_exceptions(submission: SubmissionProxy) -> None:
    def fails() -> None:
        raise ValueError("x" * 10_000)

    assert submission.swallow_all_and_go_on(fails, 300) == 300
    assert len(submission._peer.raised) <= 100


def test_a_value_that_may_not_be_passed_to_a_callable_is_the_students_type_error(submission: SubmissionProxy) -> None:
    with pytest.raises(TypeError, match="is or holds a set") as caught:
        submission.feed_a_set(lambda x: x)
    assert isinstance(caught.value, StudentRaised)


def test_a_callable_that_returns_what_may_not_cross_is_the_checks_mistake(submission: SubmissionProxy) -> None:
    with pytest.raises(BoundaryMisuse, match="a function of the check returns a value that is or holds a set"):
        submission.apply(lambda: {1})


def test_an_iterator_is_stepped(submission: SubmissionProxy) -> None:
    assert submission.total(iter([1, 2, 3])) == 6
    assert submission.total(i * i for i in range(4)) == 14


def test_a_callable_offers_nothing_but_its_call(submission: SubmissionProxy) -> None:
    assert submission.steal(lambda: 1) == ["TypeError"] * 4


def test_a_students_function_goes_there_and_back(submission: SubmissionProxy) -> None:
    add = submission.make_adder(3)
    assert add(4) == 7
    assert submission.apply(add, 1) == 4
    assert submission.is_same(add, add)
    assert submission.apply(submission.softmax, torch.zeros(2)).tolist() == [0.5, 0.5]
    assert submission.is_same(submission.softmax, submission.softmax)
    assert submission.apply(lambda f: f(1), add) == 4


def test_a_callable_comes_back_as_itself(submission: SubmissionProxy) -> None:
    def mine() -> None: ...

    assert submission.identity(mine) is mine


@pytest.mark.parametrize("engine", ["fork"], indirect=True)
def test_recursion_through_the_boundary_is_bounded(open_check: Callable[..., SubmissionProxy]) -> None:
    submission = open_check()

    def down(n: int) -> object:
        return submission.recurse(down, n - 1) if n else "bottom"

    assert submission.recurse(down, 10) == "bottom"
    with pytest.raises(Crashed, match="nested deeper than 40"):
        submission.recurse(down, 1000)
    assert open_check().identity(1) == 1


def test_a_part_not_attempted_inside_a_callable_ends_the_check(open_check: Callable[..., SubmissionProxy]) -> None:
    submission = open_check()
    with pytest.raises(NotAttempted, match="todo is not implemented yet"):
        submission.swallow_all_and_go_on(submission_todo(submission), 3)
    with pytest.raises(NotAttempted):
        submission.identity(1)
    assert open_check().identity(1) == 1


def submission_todo(submission: SubmissionProxy) -> Callable[[], object]:
    return lambda: submission.todo()
