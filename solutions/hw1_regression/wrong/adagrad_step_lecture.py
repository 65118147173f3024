"""Takes the mean of the squares, as the lecture does.

module: gradient_descent
rejected by: test_adagrad_step_twenty_steps
"""


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    g = grad + weight_decay * param
    t, s = state.get("t", 0) + 1, state.get("sum", 0.0) + g**2
    return param - lr * g / ((s / t).sqrt() + eps), {"t": t, "sum": s}
