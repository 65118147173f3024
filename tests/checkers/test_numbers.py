"""check_number."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from grader.checkers import CheckFailed, check_number


def message(value: object, want: float = 0.5, **options: object) -> str:
    with pytest.raises(CheckFailed) as caught:
        check_number(value, want, **{"atol": 1e-6, **options})
    return str(caught.value)


def test_a_close_number_is_returned():
    assert check_number(0.5000001, 0.5, atol=1e-6) == 0.5000001
    assert check_number(3, 3.0, atol=0) == 3


def test_a_bool_is_no_number():
    assert message(True, 1.0) == "the result: expected a number, got bool (True)"


@pytest.mark.parametrize("value", [None, "0.5", [0.5], np.float64(0.5), np.array(0.5), 0.5 + 0j])
def test_other_types_are_no_numbers(value):
    assert message(value).startswith("the result: expected a number, got ")


def test_a_tensor_is_told_about_item():
    assert message(torch.tensor(0.5)).endswith("; .item() makes a number of it")


def test_the_message_names_got_want_difference_and_tolerance():
    text = message(0.75, what="noam_lr at step 3", rtol=0.01)
    assert text == ("noam_lr at step 3: got 0.75, want 0.5, difference 0.25; tolerance atol 1e-06 + rtol 0.01 * |want|")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_inf_never_pass(value):
    assert message(value, atol=1e300) == f"the result: expected a finite number, got {value}"


def test_equal_nonfinite_wants_the_same():
    check_number(math.inf, math.inf, atol=0, equal_nonfinite=True)
    check_number(math.nan, math.nan, atol=0, equal_nonfinite=True)
    assert "difference not finite" in message(math.inf, -math.inf, equal_nonfinite=True)
    assert "got 1.0, want inf" in message(1.0, math.inf, equal_nonfinite=True)


def test_an_int_too_long_for_a_float_fails_in_few_words():
    assert message(10**5000) == "the result: expected a finite number, got an int of 16610 bits"


def test_the_likely_mistake_comes_first():
    text = message(1.0, mistakes={"Steps count from 0.": 0.25, "The factor ½ is missing.": 1.0})
    assert text.startswith("The factor ½ is missing.\nthe result: got 1.0, want 0.5")
