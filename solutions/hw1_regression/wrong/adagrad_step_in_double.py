"""Returns float64 whatever comes in.

module: gradient_descent
rejected by: test_adagrad_step_defaults
"""


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    g = grad + weight_decay * param
    s = g.square() + (state["sum"] if state else 0)
    return param.double() - lr * g / (s.sqrt() + eps), {"sum": s}
