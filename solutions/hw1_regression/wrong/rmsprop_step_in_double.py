"""Returns float64 whatever comes in.

module: gradient_descent
rejected by: test_rmsprop_step_defaults
"""


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    v = (1 - alpha) * g.square() + (alpha * state["square_avg"] if state else 0)
    return param.double() - lr * g / (v.sqrt() + eps), {"square_avg": v}
