"""Starts at 0 and corrects the bias.

module: gradient_descent
rejected by: test_ema_value
"""

import torch


def ema(x, beta):
    m, averages = 0.0, []
    for t, value in enumerate(x, start=1):
        m = beta * m + (1 - beta) * value
        averages.append(m / (1 - beta**t) if beta < 1 else x[0])
    return torch.stack(averages)
