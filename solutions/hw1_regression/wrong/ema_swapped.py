"""Mixes up β and 1 − β.

module: gradient_descent
rejected by: test_ema_value
"""

import torch


def ema(x, beta):
    averages = [x[0]]
    for value in x[1:]:
        averages.append((1 - beta) * averages[-1] + beta * value)
    return torch.stack(averages)
