"""Multiplies the new gradient by 1 − momentum.

module: gradient_descent
rejected by: test_sgd_momentum_step_twenty_steps
"""


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = grad + weight_decay * param
    m = momentum * state.get("m", 0.0) + (1 - momentum) * g
    return param - lr * m, {"m": m}
