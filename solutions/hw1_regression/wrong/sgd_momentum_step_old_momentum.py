"""Moves by the old m.

module: gradient_descent
rejected by: test_sgd_momentum_step_twenty_steps
"""

import torch


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = grad + weight_decay * param
    m = state.get("m", torch.zeros_like(param))
    return param - lr * m, {"m": momentum * m + g}
