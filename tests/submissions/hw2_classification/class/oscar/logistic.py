"""Writes forward and backward as torch.autograd.Function, with masks and indexing."""

import math

import torch
from torch import nn


class _Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        p = torch.empty_like(z)
        positive = z >= 0
        p[positive] = 1 / (1 + torch.exp(-z[positive]))
        e = torch.exp(z[~positive])
        p[~positive] = e / (1 + e)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, dp):
        (p,) = ctx.saved_tensors
        return dp * p * (1 - p)


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, p, t):
        ctx.save_for_backward(p, t)
        a = p.log().clamp(min=-100)
        b = (1 - p).log().clamp(min=-100)
        return -(t * a + (1 - t) * b).sum() / p.numel()

    @staticmethod
    def backward(ctx, dloss):
        p, t = ctx.saved_tensors
        inside = (p > 0) & (p < 1)
        slope = (p - t) / torch.where(inside, p * (1 - p), 1)
        return dloss * torch.where(inside, slope, 0) / p.numel(), None


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        e = torch.exp(x - x.max(dim, keepdim=True).values)
        y = e / e.sum(dim, keepdim=True)
        ctx.save_for_backward(y)
        ctx.dim = dim
        return y

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        return y * (dy - (dy * y).sum(ctx.dim, keepdim=True)), None


def sigmoid(z):
    """Forward and backward by hand."""
    return _Sigmoid.apply(z)


def binary_cross_entropy(p, t):
    """Forward and backward by hand."""
    return _CrossEntropy.apply(p, t)


def _expit(z):
    return math.exp(z) / (1 + math.exp(z)) if z < 0 else 1 / (1 + math.exp(-z))


def logistic_grad(x, y, w, b):
    """A row at a time."""
    dw, db = torch.zeros_like(w), torch.zeros_like(b)
    for row, target in zip(x, y, strict=True):
        error = _expit((row @ w + b).item()) - target
        dw, db = dw + error * row / len(x), db + error / len(x)
    return dw, db


def mse_logit_grad(z, t):
    """The chain rule."""
    p = sigmoid(z)
    return 2 * (p - t) * p * (1 - p)


def ce_logit_grad(z, t):
    """p - t"""
    return sigmoid(z) - t


def softmax(x, dim):
    """Forward and backward by hand."""
    return _Softmax.apply(x, dim)


def one_hot(t, C):
    """A row at a time."""
    if t.dtype != torch.int64:
        raise TypeError("int64 only")
    rows = torch.zeros(t.numel(), C, dtype=torch.int64)
    for row, label in zip(rows, t.reshape(-1).tolist(), strict=True):
        if not 0 <= label < C:
            raise IndexError(label)
        row[label] = 1
    return rows.reshape(*t.shape, C)


def cross_entropy(logits, target):
    """A row at a time."""
    if target.dtype != torch.int64:
        raise TypeError("int64 only")
    if tuple(target.shape) != (logits.shape[0],):
        raise ValueError("(N,) only")
    if any(not 0 <= label < logits.shape[1] for label in target.tolist()):
        raise IndexError("label")
    losses = []
    for row, label in zip(logits, target.tolist(), strict=True):
        shifted = row - row.max().detach()
        losses.append(shifted.exp().sum().log() - shifted[label])
    return torch.stack(losses).mean()


class CascadedLogistic(nn.Module):
    """With the gradients by hand."""
    def __init__(self, hidden=2):
        super().__init__()
        self.w1, self.b1 = nn.Parameter(torch.empty(2, hidden)), nn.Parameter(torch.empty(hidden))
        self.w2, self.b2 = nn.Parameter(torch.empty(hidden)), nn.Parameter(torch.tensor(0.0))
        self._draw(None)

    def _draw(self, generator):
        for theta in (self.w1, self.b1, self.w2, self.b2):
            theta.data = torch.randn(theta.shape, generator=generator).to(theta.data)

    def forward(self, x):
        """Two sigmoids."""
        return sigmoid(sigmoid(x @ self.w1 + self.b1) @ self.w2 + self.b2)

    def fit(self, x, y, lr, steps, generator):
        """Back-propagation by hand."""
        self._draw(generator)
        losses = []
        with torch.no_grad():
            for _ in range(steps):
                a = sigmoid(x @ self.w1 + self.b1)
                p = sigmoid(a @ self.w2 + self.b2)
                losses.append(binary_cross_entropy(p, y).item())
                dz = (p - y) / len(y)
                da = dz[:, None] * self.w2 * a * (1 - a)
                self.w1 -= lr * (x.T @ da)
                self.b1 -= lr * da.sum(dim=0)
                self.w2 -= lr * (a.T @ dz)
                self.b2 -= lr * dz.sum()
        return torch.tensor(losses, dtype=x.dtype)
