"""Exact equality of plain values, type by type: 1, 1.0 and True are three different answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, overload

import torch

from grader.checkers.close import assert_close
from grader.checkers.describe import describe, is_tensor, kind_of
from grader.checkers.failure import CheckFailed, fail, shorten

T = TypeVar("T")
LEAVES = (bool, int, float, complex, str, bytes, torch.dtype, torch.device)


@overload
def check_type(value: object, kind: type[T], *, what: str = ...) -> T: ...
@overload
def check_type(value: object, kind: tuple[type, ...], *, what: str = ...) -> Any: ...
def check_type(value: object, kind: type[T] | tuple[type, ...], *, what: str = "the result") -> Any:
    """Pass if ``value`` is of the type ``kind`` (or of one of them); returns it. A bool is no int here."""
    __tracebackhide__ = True
    kinds = kind if isinstance(kind, tuple) else (kind,)
    # type() cannot be fooled by an object's own __class__.
    actual = type(value)
    if issubclass(actual, kinds) and (actual is not bool or bool in kinds or object in kinds):
        return value
    names = " or ".join("None" if k is type(None) else k.__name__ for k in kinds)
    raise fail(what, f"expected {names}, got {kind_of(value)}")


def check_equal(
    got: object, want: object, *, what: str = "the result", mistakes: Mapping[str, object] | None = None
) -> None:
    """Pass if ``got`` has want's type and value, through lists, tuples and dicts; tensors are equal exactly.

    mistakes: sentence → what this mistake gives.
    Raises CheckFailed for the student; TypeError or ValueError if nothing could ever equal ``want``.
    """
    __tracebackhide__ = True
    # Asked before got is looked at: a mistake that cannot be compared is the check's fault, whoever runs it.
    telling = [s for s, wrong in (mistakes or {}).items() if _problem(want, wrong, what) is not None]
    problem = _problem(got, want, what)
    if problem is None:
        return
    place, text = problem
    likely = (s for s in telling if mistakes and _problem(got, mistakes[s], what) is None)
    raise fail(place, text, next(likely, None))


def _problem(got: Any, want: Any, place: str) -> tuple[str, str] | None:
    """The first difference (place, text), or None. The walk follows ``want``, so its size bounds the work."""
    if is_tensor(want):
        return _tensor_problem(got, want, place)
    if isinstance(want, float) and want != want:
        raise ValueError(f"{place}: nothing equals NaN")
    kind = type(want)
    if want is None:
        return None if got is None else (place, f"expected None, got {kind_of(got)}")
    if kind not in (*LEAVES, list, tuple, dict, torch.Size):
        raise TypeError(f"{place}: cannot compare with a {kind.__name__}")
    if type(got) is not kind:
        return place, f"expected {shorten(describe(want), 150)}, got {kind_of(got)}"
    if kind in LEAVES:
        return None if got == want else (place, f"expected {describe(want)}, got {describe(got)}")
    if kind is dict:
        return _dict_problem(got, want, place)
    if len(got) != len(want):
        return place, f"expected {len(want)} items, got {len(got)}"
    pairs = ((f"{place}[{i}]", g, w) for i, (g, w) in enumerate(zip(got, want, strict=True)))
    return next((found for p, g, w in pairs if (found := _problem(g, w, p))), None)


def _dict_problem(got: dict[Any, Any], want: dict[Any, Any], place: str) -> tuple[str, str] | None:
    # The type belongs to the key: True and 1 would count as one.
    have, need = ({(type(key), key) for key in d} for d in (got, want))
    missing = [key for key in want if (type(key), key) not in have]
    if missing:
        return place, f"missing keys {describe(missing)}"
    extra = [key for key in got if (type(key), key) not in need]
    if extra:
        return place, f"unexpected keys {describe(extra)}"
    pairs = ((f"{place}[{shorten(describe(key), 60)}]", got[key], value) for key, value in want.items())
    return next((found for p, g, w in pairs if (found := _problem(g, w, p))), None)


def _tensor_problem(got: Any, want: torch.Tensor, place: str) -> tuple[str, str] | None:
    try:
        assert_close(got, want, atol=0, what=place)
    except CheckFailed as failure:
        return place, str(failure).removeprefix(f"{shorten(place, 200)}: ")
    return None
