"""Everything from one log-sum-exp."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _pair(z: Tensor) -> Tensor:
    """The logits (z, 0) of class 1 and class 0."""
    return torch.stack([z, torch.zeros_like(z)], dim=-1)


def sigmoid(z: Tensor) -> Tensor:
    """A softmax of two logits."""
    return softmax(_pair(z), -1)[..., 0]


class _Log(torch.autograd.Function):
    """ln q, at least -100; the gradient at 0 is that of q = 1e-12."""

    @staticmethod
    def forward(ctx, q):
        ctx.save_for_backward(q)
        return q.log().clamp_min(-100)

    @staticmethod
    def backward(ctx, upstream):
        (q,) = ctx.saved_tensors
        return upstream / q.clamp_min(1e-12)


def binary_cross_entropy(p: Tensor, t: Tensor) -> Tensor:
    """The mean of -t ln p - (1 - t) ln(1 - p)."""
    return torch.mean(-t * _Log.apply(p) - (1 - t) * _Log.apply(1 - p))


def logistic_grad(x: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """A column of ones makes the bias a weight."""
    ones = torch.ones(len(x), 1, dtype=x.dtype)
    design = torch.cat([x, ones], dim=1)
    errors = sigmoid(design @ torch.cat([w, b.reshape(1)])) - y
    both = design.T.mv(errors) / len(x)
    return both[:-1], both[-1]


def mse_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """The cross-entropy's gradient, times 2 p (1 - p)."""
    p, q = softmax(_pair(z), -1).unbind(-1)
    return ce_logit_grad(z, t) * 2 * p * q


def ce_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """The probability minus the target."""
    return torch.sub(sigmoid(z), t)


def softmax(x: Tensor, dim: int) -> Tensor:
    """exp(x - logsumexp(x))"""
    top = x.detach().amax(dim, keepdim=True)
    shifted = x - top
    return (shifted - shifted.exp().sum(dim, keepdim=True).log()).exp()


def _labels(t: Tensor, C: int, shape: torch.Size | None = None) -> None:
    """Refuses what is no class number: type, then shape, then range."""
    if t.dtype != torch.int64:
        raise TypeError(f"int64 is wanted, {t.dtype} came in")
    if shape is not None and t.shape != shape:
        raise ValueError(f"{tuple(shape)} is wanted, {tuple(t.shape)} came in")
    if not bool(torch.logical_and(t >= 0, t < C).all()):
        raise IndexError(f"a label is not in 0, ..., {C - 1}")


def one_hot(t: Tensor, C: int) -> Tensor:
    """Writes the ones by their flat places."""
    _labels(t, C)
    flat = torch.zeros(t.numel() * C, dtype=torch.int64)
    flat[torch.arange(t.numel()) * C + t.reshape(-1)] = 1
    return flat.reshape(*t.shape, C)


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """logsumexp - logit, the mean over rows."""
    _labels(target, logits.shape[1], logits.shape[:1])
    chosen = torch.take_along_dim(logits, target[:, None], dim=1)[:, 0]
    return torch.mean(torch.logsumexp(logits, dim=1) - chosen)


class CascadedLogistic(nn.Module):
    """x -> hidden logistic units -> one more."""

    def __init__(self, hidden: int = 2) -> None:
        super().__init__()
        self.w1 = nn.Parameter(torch.rand(2, hidden))
        self.b1 = nn.Parameter(torch.rand(hidden))
        self.w2 = nn.Parameter(torch.rand(hidden))
        self.b2 = nn.Parameter(torch.rand(()))

    def forward(self, x: Tensor) -> Tensor:
        """addmm, addmv."""
        return sigmoid(torch.addmv(self.b2, sigmoid(torch.addmm(self.b1, x, self.w1)), self.w2))

    def fit(self, x: Tensor, y: Tensor, lr: float, steps: int, generator: torch.Generator | None) -> Tensor:
        """torch.optim takes the steps."""
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.size(), generator=generator))
        descent = torch.optim.SGD(self.parameters(), lr=lr)
        trace = []
        while len(trace) < steps:
            descent.zero_grad()
            loss = binary_cross_entropy(self(x), y)
            loss.backward()
            trace.append(float(loss))
            descent.step()
        return torch.tensor(trace, dtype=x.dtype)
