"""Returns float64 whatever comes in.

module: gradient_descent
rejected by: test_ema_value
"""

import torch


def ema(x, beta):
    averages = [x[0].double()]
    for value in x[1:]:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return torch.stack(averages)
