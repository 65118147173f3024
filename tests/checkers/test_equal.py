"""check_type and check_equal."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checkers import CheckFailed, check_equal, check_type


def message(got: object, want: object, **options: object) -> str:
    with pytest.raises(CheckFailed) as caught:
        check_equal(got, want, **options)
    return str(caught.value)


def test_check_type_returns_the_value():
    assert check_type([1], list) == [1]
    assert check_type(None, (list, type(None))) is None


def test_check_type_names_the_types():
    with pytest.raises(CheckFailed, match=r"^history: expected list or tuple, got int \(3\)$"):
        check_type(3, (list, tuple), what="history")


def test_a_bool_is_no_int():
    with pytest.raises(CheckFailed, match=r"expected int, got bool \(True\)"):
        check_type(True, int)
    assert check_type(True, bool) is True


def test_check_type_does_not_ask_the_object():
    class Liar:
        @property
        def __class__(self):  # type: ignore[override]
            return int

    with pytest.raises(CheckFailed, match="expected int, got Liar"):
        check_type(Liar(), int)


@pytest.mark.parametrize(
    ("got", "want", "text"),
    [
        ("overfit", "overfitting", "the result: expected 'overfitting', got 'overfit'"),
        (True, 1, "the result: expected 1, got bool (True)"),
        (1.0, 1, "the result: expected 1, got float (1.0)"),
        (None, [1], "the result: expected [1], got None (is a return missing?)"),
        (1, None, "the result: expected None, got int (1)"),
        ((1, 2), [1, 2], "the result: expected [1, 2], got tuple ((1, 2))"),
        ([1], [1, 2], "the result: expected 2 items, got 1"),
        ([1, [2, 3]], [1, [2, 4]], "the result[1][1]: expected 4, got 3"),
        ({"w": 1}, {"w": 2}, "the result['w']: expected 2, got 1"),
        ({"w": 1}, {"w": 1, "b": 2}, "the result: missing keys ['b']"),
        ({"w": 1, "b": 2}, {"w": 1}, "the result: unexpected keys ['b']"),
        ({True: 1}, {1: 1}, "the result: missing keys [1]"),
        (torch.float32, torch.float64, "the result: expected torch.float64, got torch.float32"),
        (torch.tensor([1]), [1], "the result: expected [1], got torch.Tensor of shape (1,)"),
    ],
)
def test_the_first_difference_is_named(got, want, text):
    assert message(got, want) == text


def test_tensors_inside_are_compared_exactly():
    got, want = (torch.tensor([0, 1]), torch.tensor([2])), (torch.tensor([0, 1]), torch.tensor([3]))
    check_equal(want, (torch.tensor([0, 1]), torch.tensor([3])))
    assert message(got, want) == (
        "the result[1]: 1 of 1 elements differs; must be equal\n  first at [0]: got 2, want 3"
    )


def test_the_likely_mistake_comes_first():
    text = message([0, 1], [1, 0], mistakes={"The order is reversed.": [0, 1]})
    assert text == "The order is reversed.\nthe result[0]: expected 1, got 0"


def test_a_want_that_nothing_equals_is_the_checks_own_fault():
    with pytest.raises(ValueError, match="nothing equals NaN"):
        check_equal(math.nan, math.nan)
    with pytest.raises(TypeError, match="cannot compare with a set"):
        check_equal({1}, {1})
    with pytest.raises(TypeError, match="cannot compare with a set"):
        check_equal(1, 1, mistakes={"a set": {1}})


def test_an_object_of_the_student_is_never_asked_whether_it_is_equal():
    class Agrees:
        def __eq__(self, _other: object) -> bool:
            raise AssertionError("asked")

        __hash__ = None  # type: ignore[assignment]

    assert message([Agrees()], [1]) == "the result[0]: expected 1, got Agrees"


def test_a_deep_or_long_value_gives_a_short_message():
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert len(message(deep, [1])) < 300
    assert len(message("x" * 10**6, "y")) < 300
    assert len(message(dict.fromkeys(range(10**4), "k" * 50), {})) < 600


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(leaves, lambda v: st.lists(v) | st.tuples(v) | st.dictionaries(st.text(), v), max_leaves=8)


def strictly(value: object) -> str:
    """A text that two values share exactly when they are equal and of the same types."""
    return repr(value).replace("-0.0", "0.0") if not isinstance(value, dict) else repr(sorted(value.items(), key=repr))


@given(values)
def test_every_plain_value_equals_itself(value):
    check_equal(value, value)


@given(leaves, leaves)
def test_different_leaves_differ(got, want):
    if strictly(got) == strictly(want):
        check_equal(got, want)
    else:
        message(got, want)
