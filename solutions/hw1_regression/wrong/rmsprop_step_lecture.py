"""Starts at the first gradient's size, as the lecture does.

module: gradient_descent
rejected by: test_rmsprop_step_twenty_steps
"""


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    v = alpha * state["v"] + (1 - alpha) * g**2 if state else g**2
    return param - lr * g / (v.sqrt() + eps), {"v": v}
