"""HW2, part 2: logistic regression."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def sigmoid(z: Tensor) -> Tensor:
    """Two branches; neither sees a large exponent."""
    right = z > 0
    safe_right = torch.where(right, z, torch.zeros_like(z))
    safe_left = torch.where(right, torch.zeros_like(z), z)
    grown = torch.exp(safe_left)
    return torch.where(right, 1 / (1 + torch.exp(-safe_right)), grown / (1 + grown))


def _log(q: Tensor) -> Tensor:
    """The logarithm, at least -100."""
    zero = q <= 0
    logs = torch.log(torch.where(zero, torch.ones_like(q), q))
    return torch.clamp(torch.where(zero, torch.full_like(q, -100.0), logs), min=-100)


def binary_cross_entropy(p: Tensor, t: Tensor) -> Tensor:
    """Mean over all elements."""
    each = -(t * _log(p) + (1 - t) * _log(1 - p))
    return each.mean()


def logistic_grad(x: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """(dw, db) of the mean cross-entropy."""
    f = sigmoid(x @ w + b)
    diff = f - y
    N = x.shape[0]
    dw = (diff[:, None] * x).sum(dim=0) / N
    db = diff.sum() / N
    return dw, db


def mse_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """Chain rule."""
    p = sigmoid(z)
    slope = p * (1 - p)
    return 2 * (p - t) * slope


def ce_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """The slope cancels."""
    p = sigmoid(z)
    return p - t


def softmax(x: Tensor, dim: int) -> Tensor:
    """Shifted by the maximum along dim."""
    top = x.max(dim=dim, keepdim=True).values
    e = torch.exp(x - top)
    return e / e.sum(dim=dim, keepdim=True)


def one_hot(t: Tensor, C: int) -> Tensor:
    """int64 rows."""
    if t.dtype != torch.int64:
        raise TypeError("labels are int64")
    if (t < 0).any() or (t >= C).any():
        raise IndexError("label out of range")
    return torch.eye(C, dtype=torch.int64)[t]


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Mean of -ln softmax at the target."""
    N, C = logits.shape
    if target.dtype != torch.int64:
        raise TypeError("labels are int64")
    if target.shape != (N,):
        raise ValueError("one label a row")
    if (target < 0).any() or (target >= C).any():
        raise IndexError("label out of range")
    shifted = logits - logits.max(dim=1, keepdim=True).values
    normaliser = torch.exp(shifted).sum(dim=1).log()
    picked = shifted[torch.arange(N), target]
    return (normaliser - picked).mean()


class CascadedLogistic(nn.Module):
    """Two layers of logistic units."""

    def __init__(self, hidden: int = 2) -> None:
        super().__init__()
        self.w1 = nn.Parameter(torch.zeros(2, hidden))
        self.b1 = nn.Parameter(torch.zeros(hidden))
        self.w2 = nn.Parameter(torch.zeros(hidden))
        self.b2 = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 2) -> (N,)"""
        hidden = sigmoid(x @ self.w1 + self.b1)
        return sigmoid(hidden @ self.w2 + self.b2)

    def fit(self, x: Tensor, y: Tensor, lr: float, steps: int, generator: torch.Generator | None) -> Tensor:
        """Gradient descent on the whole batch."""
        with torch.no_grad():
            for p in (self.w1, self.b1, self.w2, self.b2):
                p.copy_(torch.randn(p.shape, generator=generator))
        losses = []
        for _ in range(steps):
            self.zero_grad()
            loss = binary_cross_entropy(self(x), y)
            loss.backward()
            losses.append(loss.detach())
            with torch.no_grad():
                for p in self.parameters():
                    p -= lr * p.grad
        return torch.stack(losses) if losses else torch.zeros(0, dtype=x.dtype)
