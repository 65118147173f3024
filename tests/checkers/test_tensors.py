"""check_tensor: type, then shape, then dtype, then finite, each with its own words."""

from __future__ import annotations

import math

import pytest
import torch

from grader.checkers import CheckFailed, check_tensor


def message(value: object, **options: object) -> str:
    with pytest.raises(CheckFailed) as caught:
        check_tensor(value, **options)
    return str(caught.value)


def test_a_right_tensor_is_returned():
    value = torch.zeros(2, 3)
    assert check_tensor(value, shape=(2, 3), dtype=torch.float32) is value


def test_a_torch_size_and_a_list_are_shapes():
    check_tensor(torch.zeros(2, 3), shape=torch.Size([2, 3]))
    check_tensor(torch.zeros(2, 3), shape=[2, 3])


def test_type_is_first():
    assert message([0.0], shape=(1,), what="linear") == "linear: expected a tensor, got list ([0.0])"


def test_shape_is_second():
    value = torch.full((2, 2), math.nan, dtype=torch.float64)
    assert message(value, shape=(3,), dtype=torch.float32) == "the result: expected shape (3,), got (2, 2)"


def test_dtype_is_third():
    value = torch.full((2,), math.nan, dtype=torch.float64)
    assert message(value, shape=(2,), dtype=torch.float32) == (
        "the result: expected dtype torch.float32, got torch.float64"
    )


def test_finite_is_last():
    assert message(torch.tensor([1.0, math.inf]), shape=(2,)) == (
        "the result: element [1] is inf; 1 of 2 are not finite (log of 0, exp of a large number, 0/0?)"
    )
    assert message(torch.tensor(math.nan), shape=()).startswith("the result: the value is nan; 1 of 1")


def test_finite_can_be_waived():
    check_tensor(torch.tensor([math.nan]), shape=(1,), finite=False)


def test_whole_numbers_are_finite():
    check_tensor(torch.tensor([1]), shape=(1,), dtype=torch.int64)


@pytest.mark.parametrize("dtype", [torch.float8_e5m2, torch.float16, torch.bfloat16, torch.complex64])
def test_nan_is_found_in_every_dtype(dtype):
    assert "is nan" in message(torch.tensor([1.0, math.nan]).to(dtype), shape=(2,)).replace("(nan+0j)", "nan")
