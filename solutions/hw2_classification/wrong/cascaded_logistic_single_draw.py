"""Draws all numbers at once.

module: logistic
rejected by: test_cascaded_logistic_fit
"""

import torch
from torch import nn


class CascadedLogistic(nn.Module):
    def __init__(self, hidden=2):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(2, hidden))
        self.b1 = nn.Parameter(torch.randn(hidden))
        self.w2 = nn.Parameter(torch.randn(hidden))
        self.b2 = nn.Parameter(torch.randn(()))

    def forward(self, x):
        hidden = torch.sigmoid(x @ self.w1 + self.b1)
        return torch.sigmoid(hidden @ self.w2 + self.b2)

    def fit(self, x, y, lr, steps, generator):
        thetas = list(self.parameters())
        numbers = torch.randn(sum(t.numel() for t in thetas), generator=generator)
        for theta, part in zip(thetas, numbers.split([t.numel() for t in thetas]), strict=True):
            theta.data = part.reshape(theta.shape).to(theta.dtype)
        losses = torch.zeros(steps, dtype=x.dtype)
        for step in range(steps):
            loss = nn.functional.binary_cross_entropy(self(x), y)
            losses[step] = loss.item()
            grads = torch.autograd.grad(loss, thetas)
            for theta, grad in zip(thetas, grads, strict=True):
                theta.data = theta.data - lr * grad
        return losses
