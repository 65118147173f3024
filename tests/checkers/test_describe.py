"""describe: short, paste-able, and never running a student's code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checkers import describe


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (0.1, "0.1"),
        ("a\x1b[31m\u202e", r"'a\x1b[31m\u202e'"),
        ((1,), "(1,)"),
        ([1, [2, [3, [4]]]], "[1, [2, [3, a list of 1]]]"),
        ({"a": 1}, "{'a': 1}"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, … 100 in all]"),
        (torch.Size([2, 3]), "torch.Size((2, 3))"),
        (torch.float32, "torch.float32"),
        (torch.tensor([0.1, math.nan]), "torch.tensor([0.1, torch.nan])"),
        (
            torch.tensor([[1.0], [-math.inf]]).double(),
            "torch.tensor([[1.0], [-torch.inf]], dtype=torch.float64)",
        ),
        (torch.tensor([True]), "torch.tensor([True])"),
        (torch.tensor(3), "torch.tensor(3)"),
        (torch.zeros(0, 3), "torch.empty((0, 3))"),
        (torch.arange(100.0), "a tensor of shape (100,), torch.float32, values from 0 to 99"),
        (torch.zeros(2, 2).to_sparse(), "a torch.sparse_coo tensor of shape (2, 2), torch.float32"),
        (np.zeros((2, 3)), "a NumPy array of shape (2, 3), float64"),
        (np.int64(3), "np.int64(3)"),
        (10**200, "an int of 665 bits"),
        ("x" * 100, "'" + "x" * 80 + "' … (100 long)"),
        ({1}, "set([1])"),
    ],
)
def test_a_value_is_described(value, text):
    assert describe(value) == text


def test_an_object_is_described_by_its_type_alone():
    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("asked")

    assert describe(Loud()) == "an object of type Loud"
    assert describe([Loud()]) == "[an object of type Loud]"


def test_a_subclass_of_a_container_is_not_walked():
    class Trap(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            raise AssertionError("asked")

    assert describe(Trap([1])) == "an object of type Trap"


def test_a_long_type_name_is_cut():
    assert len(describe(type("T" * 10_000, (), {})())) < 100


@given(st.recursive(st.text() | st.integers() | st.binary(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)))
def test_a_description_is_bounded_and_printable(value):
    text = describe(value)
    assert len(text) <= 300
    assert text.isprintable()


PASTED = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool]


@given(
    st.sampled_from(PASTED),
    st.lists(st.floats(width=16), min_size=1, max_size=8),
    st.sampled_from([(-1,), (-1, 1)]),
)
def test_a_small_tensor_can_be_pasted_back(dtype, numbers, shape):
    if not dtype.is_floating_point:
        numbers = [abs(int(x)) % 200 if math.isfinite(x) else 0 for x in numbers]
    value = torch.tensor(numbers, dtype=dtype).reshape(shape)
    back = eval(describe(value), {"torch": torch})
    assert back.dtype == value.dtype
    assert torch.equal(back.nan_to_num(nan=7.0), value.nan_to_num(nan=7.0))
