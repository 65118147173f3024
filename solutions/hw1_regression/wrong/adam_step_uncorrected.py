"""Leaves out the bias correction.

module: gradient_descent
rejected by: test_adam_step_twenty_steps
"""


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    t, g = state.get("t", 0) + 1, grad + weight_decay * param
    m = betas[0] * state.get("m", 0.0) + (1 - betas[0]) * g
    v = betas[1] * state.get("v", 0.0) + (1 - betas[1]) * g**2
    m_hat, v_hat = m, v
    return param - lr * m_hat / (v_hat.sqrt() + eps), {"t": t, "m": m, "v": v}
