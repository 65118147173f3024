"""One function for each kind of thing that crosses the boundary."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn


def square(x: Tensor) -> Tensor:
    """x², of the same shape."""
    raise NotImplementedError


def apply_twice(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """f(f(x))."""
    raise NotImplementedError


def countdown(n: int) -> Iterator[int]:
    """Yields n, n - 1, …, 1."""
    raise NotImplementedError


def summary(values: list[float], name: str) -> dict[str, object]:
    """A dict with name, count and largest."""
    raise NotImplementedError


class Counter:
    """Adds up numbers; ``len`` is how many there were."""

    def __init__(self) -> None:
        self.total = 0
        self.calls = 0

    def add(self, n: int) -> None:
        """Adds n to the total."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


class Affine(nn.Module):
    """x w + b with the parameters weight (n,) and bias (n,), float64."""

    def __init__(self, n: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., n)."""
        raise NotImplementedError


def draw(n: int, generator: torch.Generator) -> Tensor:
    """n uniform numbers from the generator, float32, (n,)."""
    raise NotImplementedError


def total_of_file(path: str) -> int:
    """The sum of the whole numbers in a file, one to a line."""
    raise NotImplementedError


def curvature(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The second derivative of f at x ()."""
    raise NotImplementedError
