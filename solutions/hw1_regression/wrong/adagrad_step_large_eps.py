"""Has 1e-8 as the default of eps.

module: gradient_descent
rejected by: test_adagrad_step_defaults
"""


def adagrad_step(param, grad, state, lr, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    s = state.get("sum", 0.0) + g**2
    return param - lr * g / (s.sqrt() + eps), {"sum": s}
