"""Logistic regression: NumPy where nobody differentiates, tensors elsewhere."""

import numpy as np
import torch


def sigmoid(z):
    """exp(-softplus(-z)): the logarithm never overflows."""
    return torch.exp(-torch.logaddexp(torch.zeros_like(z), -z))


def _expit(z):
    """The same for arrays."""
    return np.exp(-np.logaddexp(0, -z))


def binary_cross_entropy(p, t):
    """Zeros are replaced before the logarithm, and their place is filled afterwards."""
    loss = torch.zeros_like(p)
    for q, share in ((p, t), (1 - p, 1 - t)):
        hit = q == 0
        logs = q.masked_fill(hit, 1.0).log().masked_fill(hit, -100.0)
        loss = loss - share * torch.maximum(logs, torch.full_like(logs, -100.0))
    return loss.sum() / loss.numel()


def logistic_grad(x, y, w, b):
    """The errors, times the rows, averaged."""
    rows = x.numpy()
    error = _expit(rows @ w.numpy() + b.item()) - y.numpy()
    dw, db = error @ rows / len(rows), error.mean()
    return torch.as_tensor(dw, dtype=x.dtype), torch.as_tensor(db, dtype=x.dtype)


def mse_logit_grad(z, t):
    """2 (p - t) p (1 - p)"""
    p = _expit(z.numpy())
    return torch.as_tensor(2 * (p - t.numpy()) * p * (1 - p), dtype=z.dtype)


def ce_logit_grad(z, t):
    """p - t"""
    return torch.as_tensor(_expit(z.numpy()) - t.numpy(), dtype=z.dtype)


def softmax(x, dim):
    """Along the last dimension, then moved back."""
    x = x.movedim(dim, -1)
    e = (x - x.amax(-1, keepdim=True)).exp()
    return (e / e.sum(-1, keepdim=True)).movedim(-1, dim)


def _check(t, C):
    """The labels of one_hot and cross_entropy."""
    outside = [label for label in t.flatten().tolist() if label not in range(C)]
    if outside:
        raise IndexError(f"no such classes: {outside}")


def one_hot(t, C):
    """Compares every label with 0, ..., C - 1."""
    if t.dtype != torch.long:
        raise TypeError("labels must be long")
    _check(t, C)
    return torch.from_numpy((t.numpy()[..., None] == np.arange(C)).astype(np.int64))


def cross_entropy(logits, target):
    """log-sum-exp minus the target's logit."""
    if target.dtype != torch.long:
        raise TypeError("labels must be long")
    if list(target.shape) != [len(logits)]:
        raise ValueError("one label for each row")
    _check(target, logits.shape[1])
    hot = one_hot(target, logits.shape[1]).to(logits.dtype)
    top = logits.detach().amax(dim=1)
    log_sum = top + (logits - top[:, None]).exp().sum(dim=1).log()
    return (log_sum - (logits * hot).sum(dim=1)).mean()


class CascadedLogistic(torch.nn.Module):
    """Four parameters, two sigmoids."""

    def __init__(self, hidden=2):
        super().__init__()
        shapes = {"w1": (2, hidden), "b1": (hidden,), "w2": (hidden,), "b2": ()}
        for name, shape in shapes.items():
            setattr(self, name, torch.nn.Parameter(torch.randn(shape)))

    def forward(self, x):
        """Hidden units, then the output."""
        h = sigmoid(torch.einsum("nd,dh->nh", x, self.w1) + self.b1)
        return sigmoid((h * self.w2).sum(dim=-1) + self.b2)

    def fit(self, x, y, lr, steps, generator):
        """Full-batch descent; the history has the loss before each step."""
        for p in self.parameters():
            p.data = torch.randn(p.shape, generator=generator).to(p.dtype)
        history = torch.empty(steps, dtype=x.dtype)
        for i in range(steps):
            loss = binary_cross_entropy(self.forward(x), y)
            history[i] = loss.item()
            grads = torch.autograd.grad(loss, list(self.parameters()))
            for p, g in zip(self.parameters(), grads):
                p.data = p.data - lr * g
        return history
