"""Forgets weight decay.

module: gradient_descent
rejected by: test_adagrad_step_weight_decay
"""


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    s = state.get("sum", 0.0) + grad**2
    return param - lr * grad / (s.sqrt() + eps), {"sum": s}
