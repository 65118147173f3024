"""A loss, softmax and attention, written by hand."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def linear_regression_loss(w: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The mean squared error of the model x·w + b against y.

    Args:
        w: the weights, (D,).
        b: the bias, a scalar ().
        x: the inputs, (N, D).
        y: the targets, (N,).
    Returns:
        the loss, a scalar ().

    >>> linear_regression_loss(torch.ones(1), torch.tensor(0.), torch.tensor([[1.], [2.]]), torch.tensor([1., 4.]))
    tensor(2.)
    """
    ### BEGIN SOLUTION
    return ((x @ w + b - y) ** 2).mean()
    ### END SOLUTION


def softmax(z: Tensor) -> Tensor:
    """Softmax over the last dimension, without overflow for large z and without torch.softmax.

    Args:
        z: (..., C).
    Returns:
        positive numbers that sum to one along the last dimension, (..., C).

    >>> softmax(torch.tensor([1000., 1000.]))
    tensor([0.5000, 0.5000])
    """
    ### BEGIN SOLUTION
    e = torch.exp(z - z.max(dim=-1, keepdim=True).values)  # (..., C)
    return e / e.sum(dim=-1, keepdim=True)
    ### END SOLUTION


def scaled_dot_product_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(q kᵀ / √d) v.

    Args:
        q: queries, (..., L, d).
        k: keys, (..., S, d).
        v: values, (..., S, e).
        mask: bool, (L, S); a query looks at a key only where it is True.
    Returns:
        (..., L, e).
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., L, S)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return torch.softmax(scores, dim=-1) @ v  # (..., L, e)
    ### END SOLUTION
