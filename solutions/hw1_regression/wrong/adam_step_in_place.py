"""Changes the state's tensors in place.

module: gradient_descent
rejected by: test_adam_step_twenty_steps
"""

import torch


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    if not state:
        state = {"t": 0, "m": torch.zeros_like(param), "v": torch.zeros_like(param)}
    t, m, v = state["t"] + 1, state["m"], state["v"]
    g = grad + weight_decay * param
    m.mul_(betas[0]).add_((1 - betas[0]) * g)
    v.mul_(betas[1]).add_((1 - betas[1]) * g**2)
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    return param - lr * m_hat / (v_hat.sqrt() + eps), {"t": t, "m": m, "v": v}
