"""A TOML manifest, read strictly: whatever is wrong raises an error with file, key, rule and remedy."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.errors import ContentError


@dataclass(frozen=True)
class Table:
    """A TOML table that knows its file and its name (empty for the top).

    Every getter raises ContentError where the key is missing or its value has the wrong kind.
    """

    data: dict[str, Any]
    file: str
    section: str = ""

    def error(self, key: str, rule: str) -> ContentError:
        """An error about ``key``: file, section and key, then ``rule``."""
        where = f"[{self.section}] '{key}'" if self.section else f"'{key}'"
        return ContentError(f"{self.file}: {where} {rule}")

    def only(self, *known: str) -> Table:
        """The table itself, if it has no other keys than ``known``."""
        for key in self.data:
            if key not in known:
                raise self.error(key, f"is not a known key{closest(key, known)}; known are {', '.join(known)}")
        return self

    def get(self, key: str) -> Any:
        """The value, of any kind."""
        if key not in self.data:
            raise self.error(key, "is missing; add it")
        return self.data[key]

    def text(self, key: str) -> str:
        """One line of text that is not blank."""
        value = self.get(key)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.error(key, f"must be one line of text, not {show(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, maybe empty."""
        value = self.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"must be a list of texts, not {show(value)}")
        return tuple(value)

    def choice(self, key: str, options: Iterable[str]) -> str:
        """One of ``options``."""
        value, known = self.get(key), tuple(options)
        if not isinstance(value, str) or value not in known:
            raise self.error(key, f"must be one of {', '.join(known)}, not {show(value)}{closest(value, known)}")
        return value

    def number(self, key: str) -> float:
        """A finite number."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.error(key, f"must be a finite number, not {show(value)}")
        return float(value)

    def points(self, key: str) -> Decimal:
        """A positive number with at most two decimals; a text such as "7.5" is accepted too."""
        value = self.get(key)
        rule = f"must be a positive number with at most two decimals, not {show(value)}"
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise self.error(key, rule)
        try:
            points = Decimal(str(value))
        except InvalidOperation:
            raise self.error(key, rule) from None
        if not points.is_finite() or not 0 < points <= 1_000_000 or points != round(points, 2):
            raise self.error(key, rule)
        return points

    def table(self, key: str) -> Table:
        """The table ``[key]`` below this one; an empty one where it is missing."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table, [{self._below(key)}], not {show(value)}")
        return Table(value, self.file, self._below(key))

    def tables(self, key: str) -> tuple[Table, ...]:
        """The tables ``[[key]]`` below this one, at least one; they are numbered from 1 in errors."""
        value = self.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"must be at least one table, [[{self._below(key)}]], not {show(value)}")
        return tuple(Table(item, self.file, f"{self._below(key)} {n}") for n, item in enumerate(value, start=1))

    def _below(self, key: str) -> str:
        return f"{self.section}.{key}" if self.section else key


def read_manifest(path: Path, *, format: int) -> Table:
    """The top table of ``path``, whose key ``format`` must equal ``format``.

    Raises ContentError if the file is missing, is not UTF-8 or not TOML, or has another format.
    """
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ContentError(f"{path} is missing; add this manifest") from None
    except OSError as error:
        raise ContentError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ContentError(f"{path}: not valid TOML: {error}") from None
    found = data.get("format")
    if type(found) is not int or found != format:
        raise ContentError(f"{path}: 'format' must be {format}, the only one that this grader reads, not {show(found)}")
    return Table(data, str(path))


def closest(word: object, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` for the nearest of ``known``, or nothing where none is near."""
    if not isinstance(word, str) or not word:
        return ""
    names = list(known)
    match = get_close_matches(word, names, n=1) or [name for name in names if name.startswith(word)]
    return f" (did you mean '{match[0]}'?)" if match else ""


def show(value: object) -> str:
    """A short ``repr`` for an error; None is what TOML cannot hold: a missing value."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
