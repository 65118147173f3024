"""Points as text: exact, at most two decimals, one way to write each number ("60", "7.5")."""

from __future__ import annotations

import re
from decimal import Decimal

CENT = Decimal("0.01")
ENOUGH = Decimal(10**9)
_CANONICAL = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]?[1-9])?")


def points_text(points: Decimal) -> str:
    """The canonical text. Raises ValueError for a negative or endless number and for more than 2 decimals."""
    if not points.is_finite() or not 0 <= points < ENOUGH or points != points.quantize(CENT):
        raise ValueError(f"points must be 0 or more with at most two decimals, not {points}")
    return f"{abs(points):.2f}".rstrip("0").rstrip(".")


def parse_points(text: str) -> Decimal:
    """The points that a canonical text stands for. Raises ValueError for any other text."""
    if not _CANONICAL.fullmatch(text):
        raise ValueError('points must be a text such as "60", "7.5" or "0.25"')
    return Decimal(text)
