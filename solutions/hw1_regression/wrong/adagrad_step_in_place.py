"""Adds to the state's tensor in place.

module: gradient_descent
rejected by: test_adagrad_step_twenty_steps
"""

import torch


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    g = grad + weight_decay * param
    s = state.get("sum", torch.zeros_like(param))
    s += g**2
    return param - lr * g / (s.sqrt() + eps), {"sum": s}
