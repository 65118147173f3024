"""Is made of two nn.Linear, with their names.

module: logistic
rejected by: test_cascaded_logistic_forward
"""

import torch
from torch import nn


class CascadedLogistic(nn.Module):
    def __init__(self, hidden=2):
        super().__init__()
        self.layer1, self.layer2 = nn.Linear(2, hidden), nn.Linear(hidden, 1)

    def forward(self, x):
        return torch.sigmoid(self.layer2(torch.sigmoid(self.layer1(x))))[:, 0]

    def fit(self, x, y, lr, steps, generator):
        for theta in self.parameters():
            theta.data = torch.randn(theta.shape, generator=generator).to(theta.dtype)
        optimizer = torch.optim.SGD(self.parameters(), lr=lr)
        losses = torch.zeros(steps, dtype=x.dtype)
        for step in range(steps):
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy(self(x), y)
            losses[step] = loss.item()
            loss.backward()
            optimizer.step()
        return losses
