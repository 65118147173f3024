"""Shrinks the weights beside the momentum.

module: gradient_descent
rejected by: test_sgd_momentum_step_options
"""


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    m = momentum * state["m"] + grad if state else grad
    return param - lr * m - lr * weight_decay * param, {"m": m}
