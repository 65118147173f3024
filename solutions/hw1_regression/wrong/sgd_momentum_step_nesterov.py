"""Looks ahead as Nesterov does.

module: gradient_descent
rejected by: test_sgd_momentum_step_twenty_steps
"""


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = grad + weight_decay * param
    m = momentum * state["m"] + g if state else g
    return param - lr * (g + momentum * m), {"m": m}
