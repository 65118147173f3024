"""Makes no more than ten steps.

module: logistic
rejected by: test_cascaded_logistic_xor
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
        return sigmoid(sigmoid(x @ self.w1 + self.b1) @ self.w2 + self.b2)  # noqa: F821

    def fit(self, x, y, lr, steps, generator):
        for param in self.parameters():
            param.data = torch.randn(param.shape, generator=generator).to(param)
        losses = torch.ones(steps, dtype=x.dtype)
        for step in range(min(steps, 10)):
            loss = binary_cross_entropy(self(x), y)  # noqa: F821
            losses[step] = loss.detach()
            grads = torch.autograd.grad(loss, list(self.parameters()))
            for param, grad in zip(self.parameters(), grads, strict=True):
                param.data -= lr * grad
        return losses
