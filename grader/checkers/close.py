"""Closeness of tensors and numbers, with a message that says where, how far and which mistake is likely."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from grader.checkers.describe import element_text, is_tensor, numbers_text
from grader.checkers.failure import fail
from grader.checkers.numbers import check_number
from grader.checkers.tensors import (
    dtype_problem,
    finite_problem,
    index_of,
    index_text,
    require_tensor,
    shape_problem,
)
from grader.checkers.tolerance import Tolerance, is_exact

SHOWN_WHOLE = 8  # elements of a tensor that the message repeats, rounded, to show the pattern


def assert_close(
    got: object,
    want: torch.Tensor | float,
    *,
    atol: float,
    rtol: float = 0.0,
    what: str = "the result",
    mistakes: Mapping[str, torch.Tensor | float] | None = None,
    equal_nonfinite: bool = False,
) -> None:
    """Pass if |got - want| <= atol + rtol * |want| everywhere; nothing is broadcast or converted.

    got: a tensor of want's shape and dtype, or a number where ``want`` is one. NaN and Inf fail, unless
        equal_nonfinite and ``want`` has the same at the same place. Whole numbers and bools compare exactly.
    mistakes: sentence → what this mistake gives (a tensor of any shape, or a number that fills want's shape).
        The message begins with the first sentence whose value is close to ``got`` and not to ``want``.
    Raises CheckFailed for the student; TypeError or ValueError if ``want`` itself cannot be compared with.
    """
    __tracebackhide__ = True
    mistakes = mistakes or {}
    # Looked at first, so that a check which is wrong in itself is so for every submission.
    for sentence, wrong in mistakes.items():
        if isinstance(wrong, bool) or not isinstance(wrong, (int, float, torch.Tensor)):
            raise TypeError(f"{what}: the mistake '{sentence}' must be a tensor or a number")
    if isinstance(want, (int, float)) and not isinstance(want, bool):
        numbers = {s: float(wrong) for s, wrong in mistakes.items() if _is_single(wrong)}
        check_number(got, want, atol=atol, rtol=rtol, what=what, mistakes=numbers, equal_nonfinite=equal_nonfinite)
        return
    if not is_tensor(want):
        raise TypeError(f"{what}: want must be a tensor or a number, not {type(want).__name__}")
    tolerance = Tolerance(atol, rtol, equal_nonfinite)
    if not equal_nonfinite and finite_problem(want) is not None:
        raise ValueError(f"{what}: want has NaN or Inf; pass equal_nonfinite=True if that is meant")

    tensor = require_tensor(got, what)
    problem = shape_problem(tensor, want.shape) or dtype_problem(tensor, want.dtype)
    if problem is None and not equal_nonfinite:
        problem = finite_problem(tensor)
    if problem is None:
        problem = _value_problem(tensor, want, tolerance)
    if problem is not None:
        raise fail(what, problem, _likely_mistake(tensor, want, tolerance, mistakes))


def _value_problem(got: torch.Tensor, want: torch.Tensor, tolerance: Tolerance) -> str | None:
    """Which element is farthest off and how many are; ``got`` has want's shape and dtype."""
    off = tolerance.off(got, want)
    count = int(off.sum())
    if count == 0:
        return None
    got, want = got.detach().cpu(), want.detach().cpu()
    exact = is_exact(got.dtype)
    index = index_of(_first(off) if exact else _worst(got, want, off), got.shape)
    g, w = got[index].item(), want[index].item()
    values = f"got {element_text(g, got.dtype)}, want {element_text(w, want.dtype)}"
    if exact:
        allowed = "must be equal"
    else:
        values += f", difference {abs(g - w):.3g}"
        allowed = f"tolerance {tolerance.text()}"
    if not index:
        return f"{values}; {allowed}"
    lines = [
        f"{count} of {got.numel()} elements {'differ' if count > 1 else 'differs'}; {allowed}",
        f"  {'first' if exact else 'worst'} at {index_text(index)}: {values}",
    ]
    if 1 < got.numel() <= SHOWN_WHOLE:
        lines += [f"  got  {numbers_text(got)}", f"  want {numbers_text(want)}"]
    return "\n".join(lines)


def _first(off: torch.Tensor) -> torch.Tensor:
    return off.flatten().to(torch.uint8).argmax()


def _worst(got: torch.Tensor, want: torch.Tensor, off: torch.Tensor) -> torch.Tensor:
    wide = torch.complex128 if got.is_complex() else torch.float64
    distance = (got.to(wide) - want.to(wide)).abs()
    # A NaN is worse than any distance; what is close does not take part.
    distance = distance.nan_to_num(nan=torch.inf, posinf=torch.inf)
    return torch.where(off, distance, -1.0).flatten().argmax()


def _likely_mistake(
    got: torch.Tensor,
    want: torch.Tensor,
    tolerance: Tolerance,
    mistakes: Mapping[str, torch.Tensor | float],
) -> str | None:
    # A mistake may consist of NaNs (a softmax over nothing), so equal ones count here.
    tolerance = Tolerance(tolerance.atol, tolerance.rtol, same_nonfinite=True)
    for sentence, value in mistakes.items():
        wrong = value if isinstance(value, torch.Tensor) else torch.full(want.shape, float(value), dtype=torch.float64)
        if _matches(got, wrong, tolerance) and not _matches(want, wrong, tolerance):
            return sentence
    return None


def _matches(value: torch.Tensor, wrong: torch.Tensor, tolerance: Tolerance) -> bool:
    return value.shape == wrong.shape and not bool(tolerance.off(value, wrong).any())


def _is_single(value: torch.Tensor | float) -> bool:
    return not isinstance(value, torch.Tensor) or value.numel() == 1
