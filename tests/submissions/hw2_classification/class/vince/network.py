"""Networks by hand: forward and back-propagation, dropout, batch normalisation, and windows of frames.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def concat_frames(x: Tensor, n: int) -> Tensor:
    """Each frame beside its neighbours: row t is [x_{t−k}, …, x_t, …, x_{t+k}] with k = (n − 1)/2.

    Beyond an end the first or last frame is repeated.

    Args:
        x: the frames of one utterance, (T, D), T ≥ 1, any dtype.
        n: frames in a window, odd.
    Returns:
        (T, n·D), the earliest frame first.
    Raises:
        ValueError: if n is even or < 1.

    >>> concat_frames(torch.tensor([[1, 2], [3, 4], [5, 6]]), 3)
    tensor([[1, 2, 1, 2, 3, 4],
            [1, 2, 3, 4, 5, 6],
            [3, 4, 5, 6, 5, 6]])
    """
    raise NotImplementedError


def mlp_forward(x: Tensor, params: dict[str, Tensor], activation: str) -> tuple[Tensor, Any]:
    """A network of L layers: z_l = a_{l−1} w_l + b_l with a_0 = x, and a_l = activation(z_l) but for the last.

    Args:
        x: (N, D).
        params: ``w1``, ``b1``, …, ``wL``, ``bL`` in any order; w_l is (in, out), b_l is (out,); L ≥ 1.
        activation: "sigmoid", "tanh", "relu" or "leaky_relu" (slope 0.01 below 0).
    Returns:
        (logits, cache): z_L, (N, C), and whatever mlp_backward needs.
    Raises:
        ValueError: for another activation.

    >>> params = {"w1": torch.eye(2), "b1": torch.zeros(2), "w2": torch.ones(2, 1), "b2": torch.tensor([5.])}
    >>> mlp_forward(torch.tensor([[1., -3.]]), params, "relu")[0]
    tensor([[6.]])
    """
    raise NotImplementedError


def mlp_backward(cache: Any, dlogits: Tensor) -> dict[str, Tensor]:
    """The gradients of mlp_forward by back-propagation, without autograd.

    δ_L = dlogits;  dw_l = a_{l−1}ᵀ δ_l;  db_l = Σ_n δ_l;  δ_{l−1} = (δ_l w_lᵀ) ⊙ activation'(z_{l−1}).
    Nothing is divided by N: a mean in the loss is already in dlogits.

    Args:
        cache: from mlp_forward; it is not changed.
        dlogits: the gradient of the loss with respect to the logits, (N, C).
    Returns:
        the keys of params, each with the gradient of its shape, and ``x``: the gradient of x, (N, D).

    >>> params = {"w1": torch.tensor([[3.]]), "b1": torch.tensor([1.])}
    >>> mlp_backward(mlp_forward(torch.tensor([[2.]]), params, "relu")[1], torch.tensor([[10.]]))
    {'w1': tensor([[20.]]), 'b1': tensor([10.]), 'x': tensor([[30.]])}
    """
    raise NotImplementedError


def dropout(x: Tensor, p: float, training: bool, generator: torch.Generator | None) -> Tensor:
    """In training each element is 0 with probability p and x/(1 − p) otherwise; else x itself.

    Args:
        x: any shape.
        p: in [0, 1]; with p = 1 everything is 0.
        training: without it the result is x and the generator is left as it is.
        generator: for the draws; None stands for PyTorch's global generator.
    Returns:
        the shape and dtype of x.
    Raises:
        ValueError: if p is not in [0, 1], also without training.

    With p = 0.25 four ones may become [1.3333, 0, 1.3333, 1.3333].
    """
    raise NotImplementedError


class BatchNorm1d(nn.Module):
    """Batch normalisation of the columns of (N, D), as torch.nn.BatchNorm1d has it, with the same state dict.

    y = (x − μ) / √(σ² + eps) · weight + bias. In training μ and σ² are the batch's mean and biased variance,
    and running ← (1 − momentum)·running + momentum·batch, where the variance that goes in is the unbiased one;
    in eval mode they are ``running_mean`` and ``running_var``.

    Parameters ``weight`` (D,), ones, and ``bias`` (D,), zeros; buffers ``running_mean`` (D,), zeros,
    ``running_var`` (D,), ones, and ``num_batches_tracked``, shape () and int64, 0.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """num_features: D."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """(N, D) -> (N, D). ValueError unless x is (N, D), or in training if N < 2."""
        raise NotImplementedError
