"""One function for each kind of thing that crosses the boundary."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn


def square(x: Tensor) -> Tensor:
    """x², of the same shape."""
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION


def apply_twice(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """f(f(x))."""
    ### BEGIN SOLUTION
    return f(f(x))
    ### END SOLUTION


def countdown(n: int) -> Iterator[int]:
    """Yields n, n - 1, …, 1."""
    ### BEGIN SOLUTION
    yield from range(n, 0, -1)
    ### END SOLUTION


def summary(values: list[float], name: str) -> dict[str, object]:
    """A dict with name, count and largest."""
    ### BEGIN SOLUTION
    return {"name": name, "count": len(values), "largest": max(values)}
    ### END SOLUTION


class Counter:
    """Adds up numbers; ``len`` is how many there were."""

    def __init__(self) -> None:
        self.total = 0
        self.calls = 0

    def add(self, n: int) -> None:
        """Adds n to the total."""
        ### BEGIN SOLUTION
        self.total += n
        self.calls += 1
        ### END SOLUTION

    def __len__(self) -> int:
        ### BEGIN SOLUTION
        return self.calls
        ### END SOLUTION


class Affine(nn.Module):
    """x w + b with the parameters weight (n,) and bias (n,), float64."""

    def __init__(self, n: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., n)."""
        ### BEGIN SOLUTION
        return x * self.weight + self.bias
        ### END SOLUTION


def draw(n: int, generator: torch.Generator) -> Tensor:
    """n uniform numbers from the generator, float32, (n,)."""
    ### BEGIN SOLUTION
    return torch.rand(n, generator=generator)
    ### END SOLUTION


def total_of_file(path: str) -> int:
    """The sum of the whole numbers in a file, one to a line."""
    ### BEGIN SOLUTION
    return sum(int(line) for line in Path(path).read_text().splitlines())
    ### END SOLUTION


def curvature(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The second derivative of f at x ()."""
    ### BEGIN SOLUTION
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(f(x), x, create_graph=True)
    return torch.autograd.grad(slope, x)[0]
    ### END SOLUTION
