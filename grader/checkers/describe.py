"""Short, bounded descriptions of values that may come from a student; no code of a value's class runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np
import torch

from grader.checkers.failure import shorten

LIMIT = 300
CALL_LIMIT = 1500
CALL_PASTED = 64
PASTED = 16  # elements of a tensor that are still written out
ITEMS = 8  # items of a container that are written out
RANGED = 1_000_000  # elements of a tensor whose range is still computed
IMPLIED = (torch.float32, torch.int64, torch.bool)  # dtypes that torch.tensor chooses by itself


def describe(value: object) -> str:
    """A description of at most 300 characters; small values and small tensors can be pasted into Python."""
    return shorten(_describe(value, depth=3), LIMIT)


def describe_call(name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """A call as it can be pasted into Python, while it is small; larger arguments are summed up."""
    texts = [_describe(value, 3, CALL_PASTED) for value in args]
    texts += [f"{key}={_describe(value, 3, CALL_PASTED)}" for key, value in kwargs.items()]
    if sum(map(len, texts)) > CALL_LIMIT:
        texts = [_describe(value, 3) for value in args]
        texts += [f"{key}={_describe(value, 3)}" for key, value in kwargs.items()]
    return shorten(f"{name}({', '.join(texts)})", CALL_LIMIT)


def kind_of(value: object) -> str:
    """What ``value`` is, for 'expected a tensor, got …': its type and, where short, its value."""
    if value is None:
        return "None (is a return missing?)"
    if is_tensor(value):
        return f"torch.Tensor of shape {shape_text(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"numpy.ndarray of shape {shape_text(value.shape)}"
    name = _type_name(value)
    text = shorten(_describe(value, depth=2), 100)
    return name if text == _opaque(value) else f"{name} ({text})"


def shape_text(shape: Sequence[int]) -> str:
    """A shape as Python writes it, ``(3, 4)``; one of absurdly many dimensions is cut."""
    if len(shape) > 12:
        return f"({', '.join(map(str, shape[:8]))}, … {len(shape)} dimensions)"
    return str(tuple(shape))


def element_text(value: Any, dtype: torch.dtype) -> str:
    """One element, with the digits that its dtype holds and no more."""
    if value != value and not dtype.is_complex:
        return "nan"
    if dtype is torch.float32:
        return str(np.float32(value))
    if dtype is torch.float16:
        return str(np.float16(value))
    if dtype.is_floating_point and dtype is not torch.float64:
        return str(float(f"{value:.4g}"))  # bfloat16 and smaller have at most 8 significant bits
    return repr(value)


def numbers_text(value: torch.Tensor) -> str:
    """All elements of a small tensor as nested lists, rounded for the eye to 6 digits."""
    text = _nested(value.detach().cpu().tolist(), lambda x: str(x) if isinstance(x, bool) else f"{x:.6g}")
    return shorten(text, LIMIT)


def is_tensor(value: object) -> TypeGuard[torch.Tensor]:
    """True for a plain tensor or parameter. A subclass could redefine every operation, so it is none."""
    return type(value) in (torch.Tensor, torch.nn.Parameter)


def _describe(value: Any, depth: int, pasted: int = PASTED) -> str:
    kind = type(value)
    if is_tensor(value):
        return _tensor(value, pasted)
    if value is None or kind in (bool, float, complex) or kind in (torch.dtype, torch.device):
        return repr(value)
    if kind is int:
        # str() of a very long int is slow, then refused.
        return repr(value) if value.bit_length() <= 256 else f"an int of {value.bit_length()} bits"
    if kind in (str, bytes):
        return repr(value) if len(value) <= 80 else f"{value[:80]!r} … ({len(value)} long)"
    if kind in (list, tuple, dict, set, frozenset, torch.Size):
        return _container(value, depth, pasted)
    if kind is np.ndarray:
        return f"a NumPy array of shape {shape_text(value.shape)}, {value.dtype.name}"
    if isinstance(value, (np.number, np.bool_)):
        return shorten(repr(value), 80)
    return _opaque(value)


def _container(value: Any, depth: int, pasted: int) -> str:
    if type(value) is torch.Size:
        return f"torch.Size({shape_text(value)})"
    name, size = _type_name(value), len(value)
    if depth <= 0 and size:
        return f"a {name} of {size}"
    more = [f"… {size} in all"] if size > ITEMS else []
    if type(value) is dict:
        pairs = (f"{_describe(k, depth - 1)}: {_describe(v, depth - 1, pasted)}" for k, v in _first(value.items()))
        return "{" + ", ".join([*pairs, *more]) + "}"
    items = [*(_describe(item, depth - 1, pasted) for item in _first(value)), *more]
    if type(value) is list:
        return f"[{', '.join(items)}]"
    if type(value) is tuple:
        return f"({', '.join(items)}{',' if size == 1 else ''})"
    return f"{name}([{', '.join(items)}])"


def _first(items: Iterable[Any]) -> list[Any]:
    return [item for item, _ in zip(items, range(ITEMS), strict=False)]


def _tensor(value: torch.Tensor, pasted: int) -> str:
    shape, dtype = shape_text(value.shape), value.dtype
    if value.layout is not torch.strided or value.is_meta:
        return f"a {value.layout} tensor of shape {shape}, {dtype}"
    suffix = "" if dtype in IMPLIED else f", dtype={dtype}"
    if value.numel() == 0:
        return f"torch.empty({shape}{suffix})"
    if value.numel() <= pasted and value.ndim <= 6:
        numbers = value.detach().cpu().tolist()
        return f"torch.tensor({_nested(numbers, lambda x: _literal(x, dtype))}{suffix})"
    text = f"a tensor of shape {shape}, {dtype}"
    if value.numel() <= RANGED and dtype is not torch.bool and not dtype.is_complex:
        low, high = torch.aminmax(value.detach().to(torch.float64))
        text += f", values from {low.item():.6g} to {high.item():.6g}"
    return text


def _nested(numbers: Any, literal: Callable[[Any], str]) -> str:
    if isinstance(numbers, list):
        return "[" + ", ".join(_nested(item, literal) for item in numbers) + "]"
    return literal(numbers)


def _literal(value: Any, dtype: torch.dtype) -> str:
    text = element_text(value, dtype)
    # A bare nan or inf is no Python; torch has both as names.
    return f"{'-' if text[0] == '-' else ''}torch.{text.lstrip('-')}" if text in ("nan", "inf", "-inf") else text


def _type_name(value: object) -> str:
    return shorten(type(value).__name__, 60)


def _opaque(value: object) -> str:
    return f"an object of type {_type_name(value)}"
