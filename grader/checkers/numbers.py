"""Python numbers: type, finite, close."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checkers.describe import describe, is_tensor, kind_of
from grader.checkers.failure import fail
from grader.checkers.tolerance import Tolerance, is_finite


def check_number(
    value: object,
    want: float,
    *,
    atol: float,
    rtol: float = 0.0,
    what: str = "the result",
    mistakes: Mapping[str, float] | None = None,
    equal_nonfinite: bool = False,
) -> float:
    """Pass if ``value`` is an int or a float (a bool is neither) close to ``want``; returns it.

    mistakes: sentence → the number that this mistake gives.
    Raises CheckFailed for the student; ValueError if ``want`` is not finite (unless equal_nonfinite).
    """
    __tracebackhide__ = True
    tolerance = Tolerance(atol, rtol, equal_nonfinite)
    if not (equal_nonfinite or is_finite(want)):
        raise ValueError(f"{what}: want is {want}; pass equal_nonfinite=True if that is meant")
    if type(value) not in (int, float):
        remedy = "; .item() makes a number of it" if is_tensor(value) else ""
        raise fail(what, f"expected a number, got {kind_of(value)}{remedy}")
    assert isinstance(value, (int, float))
    if not tolerance.off_number(value, want):
        return value
    mistake = likely_number_mistake(value, want, tolerance, mistakes)
    if not (is_finite(value) or equal_nonfinite):
        raise fail(what, f"expected a finite number, got {describe(value)}", mistake)
    difference = f"{abs(value - want):.3g}" if is_finite(value) and is_finite(want) else "not finite"
    text = f"got {describe(value)}, want {describe(want)}, difference {difference}; tolerance {tolerance.text()}"
    raise fail(what, text, mistake)


def likely_number_mistake(
    got: float, want: float, tolerance: Tolerance, mistakes: Mapping[str, float] | None
) -> str | None:
    """The sentence of the first mistake whose number is close to ``got`` but not to ``want``."""
    tolerance = Tolerance(tolerance.atol, tolerance.rtol, same_nonfinite=True)
    for sentence, wrong in (mistakes or {}).items():
        wrong = float(wrong)
        if not tolerance.off_number(got, wrong) and tolerance.off_number(want, wrong):
            return sentence
    return None
