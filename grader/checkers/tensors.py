"""What must hold of a tensor before its values are looked at: type, shape, dtype, finite."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from grader.checkers.describe import element_text, is_tensor, kind_of, shape_text
from grader.checkers.failure import fail
from grader.checkers.tolerance import is_exact


def check_tensor(
    value: object,
    *,
    shape: Sequence[int],
    dtype: torch.dtype | None = None,
    finite: bool = True,
    what: str = "the result",
) -> torch.Tensor:
    """Pass if ``value`` is a plain tensor of exactly this shape (and dtype), without NaN and Inf; returns it.

    Raises CheckFailed on the first that does not hold, in the order type, shape, dtype, finite.
    """
    __tracebackhide__ = True
    tensor = require_tensor(value, what)
    problem = shape_problem(tensor, shape)
    if problem is None and dtype is not None:
        problem = dtype_problem(tensor, dtype)
    if problem is None and finite:
        problem = finite_problem(tensor)
    if problem is not None:
        raise fail(what, problem)
    return tensor


def require_tensor(value: object, what: str) -> torch.Tensor:
    """``value`` as a tensor. Raises CheckFailed for anything else, a subclass or a sparse tensor included."""
    __tracebackhide__ = True
    if not is_tensor(value):
        raise fail(what, f"expected a tensor, got {kind_of(value)}")
    if value.layout is not torch.strided or value.is_meta:
        raise fail(what, f"expected a dense tensor, got one of layout {value.layout} on {value.device}")
    return value


def shape_problem(value: torch.Tensor, shape: Sequence[int]) -> str | None:
    """What is wrong with the shape, or None."""
    got, want = tuple(value.shape), tuple(shape)
    if got == want:
        return None
    return f"expected shape {shape_text(want)}, got {shape_text(got)}{_shape_hint(got, want)}"


def _shape_hint(got: tuple[int, ...], want: tuple[int, ...]) -> str:
    if [n for n in got if n != 1] == [n for n in want if n != 1]:
        if len(got) == len(want):
            return "; the dimension of size 1 is in another place"
        error = "too many" if len(got) > len(want) else "missing"
        return f"; a dimension of size 1 is {error} (keepdim? unsqueeze?)"
    if not got:
        return "; it was reduced to one number"
    if not want:
        return "; it was not reduced to one number"
    if len(got) == len(want) and sorted(got) == sorted(want):
        return "; the dimensions are in another order"
    return ""


def dtype_problem(value: torch.Tensor, dtype: torch.dtype) -> str | None:
    """What is wrong with the dtype, or None."""
    return None if value.dtype == dtype else f"expected dtype {dtype}, got {value.dtype}"


def finite_problem(value: torch.Tensor) -> str | None:
    """Where ``value`` holds NaN or Inf, or None."""
    if is_exact(value.dtype):
        return None
    value = value.detach()
    # The 8-bit floats have no isfinite of their own.
    bad = ~torch.isfinite(value.to(torch.float32) if value.dtype.itemsize == 1 else value)
    count = int(bad.sum())
    if count == 0:
        return None
    index = index_of(bad.flatten().to(torch.uint8).argmax(), value.shape)
    text = element_text(value[index].item(), value.dtype)
    place = f"element {index_text(index)} is {text}" if index else f"the value is {text}"
    return f"{place}; {count} of {value.numel()} are not finite (log of 0, exp of a large number, 0/0?)"


def index_of(flat: int | torch.Tensor, shape: Sequence[int]) -> tuple[int, ...]:
    """The index in ``shape`` of the flat position ``flat`` (row-major)."""
    rest, index = int(flat), []
    for size in reversed(shape):
        rest, position = divmod(rest, size)
        index.append(position)
    return tuple(reversed(index))


def index_text(index: Sequence[int]) -> str:
    """An index as Python writes it behind a name: ``[1, 2]``."""
    return "[" + ", ".join(map(str, index)) + "]"
