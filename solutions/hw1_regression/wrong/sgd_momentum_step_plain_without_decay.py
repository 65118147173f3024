"""Forgets weight decay where momentum is 0.

module: gradient_descent
rejected by: test_sgd_momentum_step_weight_decay
"""


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    if momentum == 0:
        return param - lr * grad, state
    g = grad + weight_decay * param
    m = momentum * state["m"] + g if state else g
    return param - lr * m, {"m": m}
