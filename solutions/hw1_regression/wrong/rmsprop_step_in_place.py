"""Changes the state's tensor in place.

module: gradient_descent
rejected by: test_rmsprop_step_twenty_steps
"""

import torch


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    v = state.get("v", torch.zeros_like(param))
    v.mul_(alpha).add_((1 - alpha) * g**2)
    return param - lr * g / (v.sqrt() + eps), {"v": v}
