"""assert_close: what passes, what fails, and the words."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checkers import CheckFailed, assert_close

WANT = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)


def message(*args: object, **options: object) -> str:
    with pytest.raises(CheckFailed) as caught:
        assert_close(*args, **{"atol": 1e-6, **options})
    return str(caught.value)


def test_a_close_tensor_passes():
    assert_close(WANT + 1e-9, WANT, atol=1e-6)


def test_a_tensor_at_exactly_the_tolerance_passes():
    assert_close(WANT + 0.5, WANT, atol=0.5)


def test_rtol_scales_with_want_alone():
    assert_close(torch.tensor([110.0]), torch.tensor([100.0]), atol=0, rtol=0.1)
    message(torch.tensor([100.0]), torch.tensor([90.0]), atol=0, rtol=0.11)


def test_the_message_names_what_worst_place_counts_and_tolerance():
    got = WANT.clone()
    got[0, 2] += 0.5
    got[1, 0] -= 0.25
    assert message(got, WANT, what="mse_loss", atol=1e-6, rtol=1e-3) == (
        "mse_loss: 2 of 6 elements differ; tolerance atol 1e-06 + rtol 0.001 * |want|\n"
        "  worst at [0, 2]: got 3.5, want 3.0, difference 0.5\n"
        "  got  [[1, 2, 3.5], [3.75, 5, 6]]\n"
        "  want [[1, 2, 3], [4, 5, 6]]"
    )


def test_the_worst_element_is_one_that_is_off():
    got, want = torch.tensor([1010.0, 1.5]), torch.tensor([1000.0, 1.0])
    assert "  worst at [1]: got 1.5, want 1.0, difference 0.5\n" in message(got, want, rtol=0.1)


def test_a_nan_is_worse_than_any_distance():
    got, want = torch.tensor([9.0, math.nan]), torch.tensor([1.0, 1.0])
    text = message(got, want, equal_nonfinite=True)
    assert "  worst at [1]: got nan, want 1.0, difference nan\n" in text


def test_the_message_of_a_scalar_has_one_line():
    got, want = torch.tensor(0.1), torch.tensor(0.3)
    assert message(got, want) == "the result: got 0.1, want 0.3, difference 0.2; tolerance atol 1e-06"


def test_a_large_tensor_is_not_repeated():
    text = message(torch.zeros(5, 7), torch.ones(5, 7))
    assert text == (
        "the result: 35 of 35 elements differ; tolerance atol 1e-06\n  worst at [0, 0]: got 0.0, want 1.0, difference 1"
    )


def test_the_likely_mistake_comes_first():
    text = message(WANT * 2, WANT, mistakes={"It is halved.": WANT / 2, "The 2 is missing.": WANT * 2})
    assert text.startswith("The 2 is missing.\nthe result: 6 of 6 elements differ")


def test_a_mistake_of_another_shape_explains_a_wrong_shape():
    text = message(WANT.sum(0), WANT, mistakes={"You summed over the batch.": WANT.sum(0)})
    assert text == "You summed over the batch.\nthe result: expected shape (2, 3), got (3,)"


def test_a_number_stands_for_a_tensor_full_of_it():
    assert message(torch.zeros(2, 3, dtype=torch.float64), WANT, mistakes={"All zero.": 0.0}).startswith("All zero.\n")


def test_a_mistake_that_cannot_be_told_from_want_is_not_named():
    got = torch.tensor([1.0, 1.15])
    want = torch.tensor([1.0, 1.0])
    text = message(got, want, atol=0.1, mistakes={"Off by a little.": torch.tensor([1.0, 1.09])})
    assert text.startswith("the result: 1 of 2 elements differs")


def test_a_mistake_of_nan_is_named_before_the_nan():
    nan = torch.full((2, 3), math.nan, dtype=torch.float64)
    assert message(nan, WANT, mistakes={"A masked row was divided by 0.": nan}) == (
        "A masked row was divided by 0.\n"
        "the result: element [0, 0] is nan; 6 of 6 are not finite (log of 0, exp of a large number, 0/0?)"
    )


@pytest.mark.parametrize(
    ("got", "ending"),
    [
        (torch.zeros(2, 3, 1), "got (2, 3, 1); a dimension of size 1 is too many (keepdim? unsqueeze?)"),
        (torch.zeros(3, 2), "got (3, 2); the dimensions are in another order"),
        (torch.tensor(0.0), "got (); it was reduced to one number"),
        (torch.zeros(3), "got (3,)"),
        (torch.zeros(2, 4), "got (2, 4)"),
    ],
)
def test_shape_comes_before_dtype_and_value(got, ending):
    assert message(got, WANT) == f"the result: expected shape (2, 3), {ending}"


@pytest.mark.parametrize("shape", [(5, 1), (1, 5), (1,), ()])
def test_nothing_is_broadcast(shape):
    message(torch.ones(shape), torch.ones(5))


def test_a_missing_dimension_is_named():
    assert message(torch.zeros(5), torch.zeros(5, 1)).endswith("a dimension of size 1 is missing (keepdim? unsqueeze?)")
    assert message(torch.zeros(1, 5), torch.zeros(5, 1)).endswith("the dimension of size 1 is in another place")
    assert message(torch.zeros(5), torch.tensor(0.0)).endswith("it was not reduced to one number")


def test_dtype_must_be_the_same():
    assert message(WANT.float(), WANT) == "the result: expected dtype torch.float64, got torch.float32"


@pytest.mark.parametrize(
    ("got", "shown"),
    [
        (0.5, "float (0.5)"),
        (3, "int (3)"),
        (True, "bool (True)"),
        (None, "None (is a return missing?)"),
        ([1.0], "list ([1.0])"),
        (np.zeros((2, 3)), "numpy.ndarray of shape (2, 3)"),
        (np.float64(1.0), "float64 (np.float64(1.0))"),
        (object(), "object"),
    ],
)
def test_only_a_tensor_is_a_tensor(got, shown):
    assert message(got, WANT) == f"the result: expected a tensor, got {shown}"


def test_a_tensor_subclass_is_refused_before_it_can_lie():
    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *_args, **_options):
            raise AssertionError("a method of the subclass was called")

    got = torch.Tensor._make_subclass(Liar, torch.zeros(2, 3))
    assert message(got, WANT) == "the result: expected a tensor, got Liar"


def test_a_sparse_tensor_is_refused():
    assert message(WANT.to_sparse(), WANT).startswith("the result: expected a dense tensor, got one of layout")


def test_a_parameter_and_a_tensor_that_requires_grad_pass():
    assert_close(torch.nn.Parameter(WANT.clone()), WANT, atol=0)
    assert_close(WANT.clone().requires_grad_(), WANT.clone().requires_grad_(), atol=0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_and_inf_fail_at_any_tolerance(bad):
    got = WANT.clone()
    got[1, 1] = bad
    text = message(got, WANT, atol=1e300, rtol=0.9)
    assert text.startswith(f"the result: element [1, 1] is {bad}; 1 of 6 are not finite")


def test_equal_nonfinite_wants_the_same_at_the_same_place():
    want = torch.tensor([math.nan, math.inf, -math.inf, 1.0])
    assert_close(want.clone(), want, atol=0, equal_nonfinite=True)
    for swapped in ([0, 2, 1, 3], [1, 0, 2, 3], [3, 1, 2, 0]):
        message(want[swapped], want, atol=1e30, rtol=0.5, equal_nonfinite=True)


def test_a_want_with_nan_is_the_checks_own_fault():
    with pytest.raises(ValueError, match="want has NaN or Inf"):
        assert_close(torch.zeros(1), torch.tensor([math.nan]), atol=1)
    with pytest.raises(ValueError, match="want is nan"):
        assert_close(1.0, math.nan, atol=1)


def test_a_want_of_another_kind_is_the_checks_own_fault():
    with pytest.raises(TypeError, match="want must be a tensor or a number, not list"):
        assert_close(torch.zeros(1), [1.0], atol=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the mistake 'x' must be a tensor or a number"):
        assert_close(torch.zeros(1), torch.zeros(1), atol=1, mistakes={"x": [1.0]})  # type: ignore[dict-item]


@pytest.mark.parametrize("options", [{"atol": -1.0}, {"atol": math.nan}, {"atol": math.inf}, {"atol": 0, "rtol": 1.0}])
def test_a_tolerance_that_lets_everything_pass_is_refused(options):
    with pytest.raises(ValueError, match="tol must be"):
        assert_close(WANT, WANT, **options)


def test_whole_numbers_ignore_the_tolerance():
    got, want = torch.tensor([3, 2**62 + 1]), torch.tensor([3, 2**62])
    assert message(got, want, atol=10) == (
        "the result: 1 of 2 elements differs; must be equal\n"
        "  first at [1]: got 4611686018427387905, want 4611686018427387904\n"
        "  got  [3, 4.61169e+18]\n"
        "  want [3, 4.61169e+18]"
    )


def test_bools_compare_exactly():
    got, want = torch.tensor([True, False]), torch.tensor([True, True])
    assert "first at [1]: got False, want True" in message(got, want, atol=1)


def test_unsigned_numbers_do_not_wrap():
    message(torch.tensor([255], dtype=torch.uint8), torch.tensor([0], dtype=torch.uint8), atol=1)


@pytest.mark.parametrize(
    "dtype",
    [
        torch.float16,
        torch.bfloat16,
        torch.float8_e4m3fn,
        torch.complex64,
        torch.uint16,
        torch.uint64,
        torch.int8,
    ],
)
def test_every_dtype_can_pass_and_fail(dtype):
    want = torch.tensor([1.0, 0.0, 1.0]).to(dtype)
    assert_close(want.clone(), want, atol=0)
    assert "1 of 3 elements differs" in message(torch.ones(3).to(dtype), want, atol=0.5)


def test_a_float_is_compared_with_a_float():
    assert_close(0.3, 0.1 + 0.2, atol=1e-9)
    assert_close(2, 2.0, atol=0)
    assert message(0.4, 0.5, what="ema", mistakes={"Off by one.": torch.tensor(0.4)}) == (
        "Off by one.\nema: got 0.4, want 0.5, difference 0.1; tolerance atol 1e-06"
    )


def test_a_tensor_is_no_number():
    assert message(torch.tensor(0.5), 0.5) == (
        "the result: expected a number, got torch.Tensor of shape (); .item() makes a number of it"
    )


def test_an_empty_tensor_is_close_to_an_empty_tensor_of_its_shape():
    assert_close(torch.zeros(0, 3), torch.zeros(0, 3), atol=0)
    message(torch.zeros(0, 3), torch.zeros(3, 0))


def test_a_shape_of_thousands_of_dimensions_is_cut():
    text = message(torch.zeros([1] * 3000), torch.zeros(2))
    assert "… 3000 dimensions)" in text
    assert len(text) < 300


def test_a_message_is_bounded_whatever_its_parts():
    text = message(WANT + 1, WANT, what="w" * 5000, mistakes={"m" * 5000: WANT + 1})
    assert len(text) <= 1500
    assert "worst at" in text
    assert len(str(CheckFailed("x" * 5000))) == 1500


def test_a_huge_tensor_of_the_wrong_shape_is_not_computed_on():
    got = torch.zeros(1).expand(1 << 40)  # any arithmetic on it would need terabytes
    assert message(got, WANT, mistakes={"zero": 0.0}).endswith("got (1099511627776,)")


numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), st.floats(0, 10), st.floats(0, 0.5))
def test_assert_close_agrees_with_the_definition(pairs, atol, rtol):
    pairs = [(g, w) for g, w in pairs if math.isfinite(w)] or [(0.0, 0.0)]
    got, want = (torch.tensor(x, dtype=torch.float64) for x in zip(*pairs, strict=True))
    close = all(math.isfinite(g) and abs(g - w) <= atol + rtol * abs(w) for g, w in pairs)
    if close:
        assert_close(got, want, atol=atol, rtol=rtol)
    else:
        message(got, want, atol=atol, rtol=rtol)
