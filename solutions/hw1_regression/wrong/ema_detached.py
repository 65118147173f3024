"""Collects numbers, which autograd does not follow.

module: gradient_descent
rejected by: test_ema_gradient
"""

import torch


def ema(x, beta):
    averages = [x[0].item()]
    for value in x[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value.item())
    return torch.tensor(averages, dtype=x.dtype)
