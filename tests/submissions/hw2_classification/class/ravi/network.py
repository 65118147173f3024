"""HW2, part 3: networks by hand."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def concat_frames(x: Tensor, n: int) -> Tensor:
    """(T, D) -> (T, n D)"""
    if n < 1 or n % 2 == 0:
        raise ValueError("n is odd")
    T, k = len(x), (n - 1) // 2
    columns = []
    for offset in range(-k, k + 1):
        index = (torch.arange(T) + offset).clamp(min=0, max=T - 1)
        columns.append(x[index])
    return torch.cat(columns, dim=1)


def _activate(z: Tensor, name: str) -> Tensor:
    if name == "sigmoid":
        return torch.sigmoid(z)
    if name == "tanh":
        return torch.tanh(z)
    if name == "relu":
        return z.clamp(min=0)
    return torch.where(z > 0, z, 0.01 * z)


def _slope(z: Tensor, name: str) -> Tensor:
    if name == "sigmoid":
        s = torch.sigmoid(z)
        return s * (1 - s)
    if name == "tanh":
        return 1 - torch.tanh(z) ** 2
    if name == "relu":
        return (z > 0).to(z.dtype)
    return torch.where(z > 0, torch.ones_like(z), torch.full_like(z, 0.01))


def mlp_forward(x: Tensor, params: dict[str, Tensor], activation: str) -> tuple[Tensor, Any]:
    """Logits, and what the way back needs."""
    if activation not in ("sigmoid", "tanh", "relu", "leaky_relu"):
        raise ValueError(f"unknown activation {activation}")
    L = len(params) // 2
    a, zs, inputs = x, [], []
    for l in range(1, L + 1):
        inputs.append(a)
        z = a @ params[f"w{l}"] + params[f"b{l}"]
        zs.append(z)
        a = _activate(z, activation)
    return zs[-1], {"zs": zs, "inputs": inputs, "params": params, "activation": activation}


def mlp_backward(cache: Any, dlogits: Tensor) -> dict[str, Tensor]:
    """From the last layer to the first."""
    grads = {}
    delta = dlogits
    for l in range(len(cache["zs"]), 0, -1):
        grads[f"w{l}"] = cache["inputs"][l - 1].T @ delta
        grads[f"b{l}"] = delta.sum(dim=0)
        delta = delta @ cache["params"][f"w{l}"].T
        if l > 1:
            delta = delta * _slope(cache["zs"][l - 2], cache["activation"])
    grads["x"] = delta
    return grads


def dropout(x: Tensor, p: float, training: bool, generator: torch.Generator | None) -> Tensor:
    """Zeros with probability p."""
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    if not training:
        return x
    if p == 1:
        return torch.zeros_like(x)
    x *= torch.rand(x.shape, generator=generator) >= p
    x /= 1 - p
    return x


class BatchNorm1d(nn.Module):
    """As torch.nn has it."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        """(N, D) -> (N, D)"""
        if x.dim() != 2 or x.shape[1] != self.num_features:
            raise ValueError("x is (N, D)")
        if self.training:
            N = x.shape[0]
            if N < 2:
                raise ValueError("two rows at least")
            mean = x.mean(dim=0)
            var = ((x - mean) ** 2).mean(dim=0)
            with torch.no_grad():
                m = self.momentum
                self.running_mean.mul_(1 - m).add_(m * mean)
                self.running_var.mul_(1 - m).add_(m * var * N / (N - 1))
                self.num_batches_tracked.add_(1)
        else:
            mean, var = self.running_mean, self.running_var
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias
