"""Mixes up alpha and 1 − alpha.

module: gradient_descent
rejected by: test_rmsprop_step_twenty_steps
"""


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    v = (1 - alpha) * state.get("v", 0.0) + alpha * g**2
    return param - lr * g / (v.sqrt() + eps), {"v": v}
