"""Returns float64 whatever comes in.

module: gradient_descent
rejected by: test_adam_step_defaults
"""


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    t, m, v = (state["step"], state["exp_avg"], state["exp_avg_sq"]) if state else (0, 0, 0)
    t, m, v = t + 1, betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g.square()
    step = lr * m / (1 - betas[0] ** t) / ((v / (1 - betas[1] ** t)).sqrt() + eps)
    return param.double() - step, {"step": t, "exp_avg": m, "exp_avg_sq": v}
