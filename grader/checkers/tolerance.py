"""How far a value may lie from the one that is wanted, and which elements lie farther."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Tolerance:
    """|got - want| <= atol + rtol * |want|; NaN and Inf are never close.

    same_nonfinite: a NaN or an Inf of the same sign at the same place counts as close.
    Raises ValueError unless atol is finite and not negative and 0 <= rtol < 1.
    """

    atol: float
    rtol: float = 0.0
    same_nonfinite: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.atol) and self.atol >= 0):
            raise ValueError(f"atol must be finite and not negative, not {self.atol}")
        if not 0 <= self.rtol < 1:
            raise ValueError(f"rtol must be at least 0 and less than 1, not {self.rtol}")

    def off(self, got: torch.Tensor, want: torch.Tensor) -> torch.Tensor:
        """Bool tensor: True where ``got`` is not close to ``want``. Both must have the same shape.

        Two tensors of whole numbers or bools are compared exactly, whatever the tolerance.
        """
        if got.shape != want.shape:
            raise ValueError("only tensors of one shape can be compared")
        got, want = got.detach().cpu(), want.detach().cpu()
        if is_exact(got.dtype) and is_exact(want.dtype):
            return got != want
        # Wide enough that the comparison itself never rounds what it compares.
        wide = torch.complex128 if got.is_complex() or want.is_complex() else torch.float64
        g, w = got.to(wide), want.to(wide)
        close = ((g - w).abs() <= self.atol + self.rtol * w.abs()) & torch.isfinite(g) & torch.isfinite(w)
        if self.same_nonfinite:
            close |= (g == w) | (torch.isnan(g) & torch.isnan(w))
        return ~close

    def off_number(self, got: float, want: float) -> bool:
        """True if the number ``got`` is not close to ``want``."""
        if not (is_finite(got) and is_finite(want)):
            return not self.same_nonfinite or not (got == want or (got != got and want != want))
        return not abs(got - want) <= self.atol + self.rtol * abs(want)

    def text(self) -> str:
        """The tolerance in words: ``atol 1e-06`` or ``atol 1e-06 + rtol 0.001 * |want|``."""
        return f"atol {self.atol:g}" + (f" + rtol {self.rtol:g} * |want|" if self.rtol else "")


def is_exact(dtype: torch.dtype) -> bool:
    """True for the dtypes that hold whole numbers or bools."""
    return not (dtype.is_floating_point or dtype.is_complex)


def is_finite(value: float) -> bool:
    """True if ``value`` is a finite number that a float can hold (an int may be too large for one)."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
