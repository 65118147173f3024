"""Logistic regression: sigmoid and softmax, cross-entropy and its gradient, and a cascade that solves XOR.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def sigmoid(z: Tensor) -> Tensor:
    """σ(z) = 1 / (1 + e⁻ᶻ), elementwise, written out so that neither value nor gradient overflows.

    Args:
        z: any shape.
    Returns:
        the shape of z. Its gradient is σ(z)(1 − σ(z)) everywhere: 1/4 at z = 0.

    >>> sigmoid(torch.tensor([-1000., 0., 1000.]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    raise NotImplementedError


def binary_cross_entropy(p: Tensor, t: Tensor) -> Tensor:
    """The cross-entropy between targets t and probabilities p, as torch.nn.functional.binary_cross_entropy has it.

    The mean over all elements of −[t·ln p + (1 − t)·ln(1 − p)], each logarithm cut off at −100.

    Args:
        p: probabilities in [0, 1], any shape.
        t: targets in [0, 1], of the shape and dtype of p.
    Returns:
        shape (). Its gradient in p is finite, also where p is 0 or 1.

    >>> binary_cross_entropy(torch.tensor([0.5, 1.0]), torch.tensor([1.0, 0.0]))
    tensor(50.3466)
    """
    raise NotImplementedError


def logistic_grad(x: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient of logistic regression's loss by hand: f(x) = σ(x·w + b), the mean cross-entropy over N rows.

    dw = 1/N Σ_n (f(x_n) − y_n) x_n,  db = 1/N Σ_n (f(x_n) − y_n).

    Args:
        x: (N, D).
        y: targets 0 or 1, (N,), of the dtype of x.
        w: (D,).
        b: shape ().
    Returns:
        (dw, db): (D,) and ().

    >>> x, y = torch.tensor([[2.], [4.]]), torch.tensor([1., 0.])
    >>> logistic_grad(x, y, torch.zeros(1), torch.tensor(0.))
    (tensor([0.5000]), tensor(0.))
    """
    raise NotImplementedError


def mse_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """d/dz (σ(z) − t)² = 2 (σ(z) − t) σ(z) (1 − σ(z)), elementwise: z and t of one shape, so is the result.

    >>> mse_logit_grad(torch.tensor([0., -4.]), torch.tensor([1., 1.]))
    tensor([-0.2500, -0.0347])
    """
    raise NotImplementedError


def ce_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """d/dz −[t ln σ(z) + (1 − t) ln(1 − σ(z))] = σ(z) − t, elementwise: z and t of one shape, so is the result.

    >>> ce_logit_grad(torch.tensor([0., -4.]), torch.tensor([1., 1.]))
    tensor([-0.5000, -0.9820])
    """
    raise NotImplementedError


def softmax(x: Tensor, dim: int) -> Tensor:
    """exp(x_i) / Σ_j exp(x_j), the sum over ``dim``; it does not overflow.

    Args:
        x: any shape with at least one dimension. Entries may be −Inf, but not all along ``dim``.
        dim: may be negative.
    Returns:
        the shape of x.

    >>> softmax(torch.tensor([[3., 1., -3.]]), dim=1)
    tensor([[0.8789, 0.1189, 0.0022]])
    """
    raise NotImplementedError


def one_hot(t: Tensor, C: int) -> Tensor:
    """Labels as rows of zeros with a single 1, as torch.nn.functional.one_hot gives them.

    Args:
        t: int64 labels from 0 to C − 1, any shape (…).
        C: number of classes.
    Returns:
        int64, (…, C).
    Raises:
        TypeError: if t is not int64.
        IndexError: if a label is negative or ≥ C.

    >>> one_hot(torch.tensor([2, 0]), 3)
    tensor([[0, 0, 1],
            [1, 0, 0]])
    """
    raise NotImplementedError


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """The mean over rows of −ln softmax(logits)[target], as torch.nn.functional.cross_entropy has it.

    Args:
        logits: (N, C).
        target: int64 labels from 0 to C − 1, (N,).
    Returns:
        shape (). Values and gradients stay finite for logits of ±1000.
    Raises:
        TypeError: if target is not int64.
        ValueError: if target has not the shape (N,).
        IndexError: if a label is negative or ≥ C.

    >>> cross_entropy(torch.tensor([[0., 0.], [1000., 0.]]), torch.tensor([1, 1]))
    tensor(500.3466)
    """
    raise NotImplementedError


class CascadedLogistic(nn.Module):
    """Logistic regression whose inputs are the outputs of other logistic regressions: enough for XOR.

    x' = σ(x w1 + b1),  p = σ(x' w2 + b2). The parameters, in this order: ``w1`` (2, hidden), ``b1`` (hidden,),
    ``w2`` (hidden,), ``b2`` ().
    """

    def __init__(self, hidden: int = 2) -> None:
        """Makes the four parameters; their first values are free."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """P(1 | x) for each row of x, (N, 2): (N,)."""
        raise NotImplementedError

    def fit(self, x: Tensor, y: Tensor, lr: float, steps: int, generator: torch.Generator | None) -> Tensor:
        """Draws the parameters anew, then makes ``steps`` steps of gradient descent on the whole batch.

        w1, b1, w2 and b2, in this order, are drawn with torch.randn(shape, generator=generator). The loss is
        binary_cross_entropy(p, y).

        Args:
            x: (N, 2).
            y: targets 0 or 1, (N,), of the dtype of x.
            lr: the learning rate η; each step is θ − η·gradient for all four.
            generator: for the draws; None stands for PyTorch's global generator.
        Returns:
            the loss before each step, (steps,), without a graph.
        """
        raise NotImplementedError
