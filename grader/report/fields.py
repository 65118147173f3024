"""JSON read strictly: every error names the field's path, such as ``results[3].points``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from grader.errors import RecordError
from grader.report.points import parse_points

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
_SURROGATE = re.compile("[\ud800-\udfff]")


def dump_json(value: object) -> str:
    """``value`` as readable JSON with a newline at the end, in the order given; valid UTF-8 for any text."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    # File names that are no UTF-8 hold half surrogates: not encodable as they are, safe as an escape.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def load_json(text: str) -> object:
    """The value of a JSON text. Raises RecordError; a key twice, NaN and Infinity are errors too."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError:
        raise RecordError("not readable as JSON: nested too deeply") from None
    except ValueError as error:
        raise RecordError(f"not readable as JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


class Fields:
    """A JSON object with exactly the keys ``names``; each getter checks the type of one value."""

    def __init__(self, value: object, path: str, names: Sequence[str]) -> None:
        self._path = path
        if not isinstance(value, dict):
            raise self.error("", f"expected an object, got {kind(value)}")
        self._values: dict[str, Any] = value
        for name in names:
            if name not in value:
                raise self.error(name, "is missing")
        for name in value:
            if name not in names:
                raise self.error(name, f"is not known; known are {', '.join(names)}")

    def error(self, name: str, problem: str) -> RecordError:
        """An error about the field ``name`` (empty: the object itself)."""
        path = ".".join(part for part in (self._path, shown(name)) if part)
        return RecordError(f"{path or 'the report'}: {problem}")

    def build(self, make: Callable[[], T]) -> T:
        """What ``make`` returns; its ValueError 'field: problem' becomes an error with the whole path."""
        try:
            return make()
        except ValueError as error:
            name, _, problem = str(error).partition(": ")
            raise self.error(name, problem) from None

    def _typed(self, name: str, type_: type[T], word: str) -> T:
        value = self._values[name]
        # A bool is an int in Python, not in JSON.
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            raise self.error(name, f"expected {word}, got {kind(value)}")
        return value

    def text(self, name: str) -> str:
        """A text."""
        return self._typed(name, str, "a text")

    def flag(self, name: str) -> bool:
        """true or false."""
        return self._typed(name, bool, "true or false")

    def whole(self, name: str) -> int:
        """A whole number."""
        return self._typed(name, int, "a whole number")

    def number(self, name: str) -> float:
        """A finite number."""
        value = self._values[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(name, f"expected a number, got {kind(value)}")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.error(name, "expected a finite number")
        return number

    def points(self, name: str) -> Decimal:
        """Points: a canonical decimal in a text."""
        text = self.text(name)
        try:
            return parse_points(text)
        except ValueError as error:
            raise self.error(name, f"{error}, not {shown(text)!r}") from None

    def choice(self, name: str, options: type[E]) -> E:
        """A member of an enumeration, by its value."""
        text = self.text(name)
        if text not in [option.value for option in options]:
            raise self.error(name, f"must be one of {', '.join(options)}, not {shown(text)!r}")
        return options(text)

    def optional(self, name: str, get: Callable[[str], T]) -> T | None:
        """None for null, else what the getter ``get`` says."""
        return None if self._values[name] is None else get(name)

    def items(self, name: str) -> list[tuple[str, object]]:
        """The items of a list, each with its path."""
        values = self._typed(name, list, "a list")
        return [(f"{self.path(name)}[{i}]", value) for i, value in enumerate(values)]

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        for path, value in self.items(name):
            if not isinstance(value, str):
                raise RecordError(f"{path}: expected a text, got {kind(value)}")
        return tuple(self._values[name])

    def mapping(self, name: str) -> dict[str, Any]:
        """An object with keys that are not known beforehand."""
        return self._typed(name, dict, "an object")

    def raw(self, name: str) -> object:
        """The value as it stands."""
        return self._values[name]

    def path(self, name: str) -> str:
        """The whole path of the field ``name``."""
        return f"{self._path}.{name}" if self._path else name


def kind(value: object) -> str:
    """What a JSON value is, in a word."""
    if value is None:
        return "null"
    words = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return words.get(type(value), "an object")


def shown(text: str) -> str:
    """A text from the file, safe to show and short enough for one line."""
    text = text if len(text) <= 60 else text[:57] + "…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
