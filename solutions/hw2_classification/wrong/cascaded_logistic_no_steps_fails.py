"""Stacks the losses, which fails for none.

module: logistic
rejected by: test_cascaded_logistic_fit_again
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
        for theta in thetas:
            theta.data = torch.randn(theta.shape, generator=generator).to(theta.dtype)
        losses = []
        for _ in range(steps):
            loss = nn.functional.binary_cross_entropy(self(x), y)
            losses.append(loss.detach())
            grads = torch.autograd.grad(loss, thetas)
            for theta, grad in zip(thetas, grads, strict=True):
                theta.data = theta.data - lr * grad
        return torch.stack(losses)
