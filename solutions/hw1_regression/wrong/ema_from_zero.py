"""Starts at 0.

module: gradient_descent
rejected by: test_ema_value
"""

import torch


def ema(x, beta):
    averages = [(1 - beta) * x[0]]
    for value in x[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return torch.stack(averages)
