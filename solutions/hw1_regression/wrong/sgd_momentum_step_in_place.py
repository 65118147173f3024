"""Changes the state's tensor in place.

module: gradient_descent
rejected by: test_sgd_momentum_step_twenty_steps
"""


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = grad + weight_decay * param
    m = state["m"].mul_(momentum).add_(g) if state else g.clone()
    return param - lr * m, {"m": m}
