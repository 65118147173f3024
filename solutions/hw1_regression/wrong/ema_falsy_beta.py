"""Takes β = 0 for a missing β.

module: gradient_descent
rejected by: test_ema_edges
"""

import torch


def ema(x, beta=None):
    beta = beta or 0.9
    averages = [x[0]]
    for value in x[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return torch.stack(averages)
