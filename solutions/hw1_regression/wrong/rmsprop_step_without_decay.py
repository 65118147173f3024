"""Forgets weight decay.

module: gradient_descent
rejected by: test_rmsprop_step_weight_decay
"""


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    v = alpha * state.get("v", 0.0) + (1 - alpha) * grad**2
    return param - lr * grad / (v.sqrt() + eps), {"v": v}
