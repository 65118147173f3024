"""HW1, part 1: Vera"""
from __future__ import annotations

import torch
from torch import Tensor


def loss_surface(ws, bs, x, y):
    w = ws[:, None, None]
    b = bs[None, :, None]
    return (y - (b + w * x)).square().mean(dim=-1)


def coarse_to_fine_search(f, lo, hi, n=16, rounds=3):
    if n < 2 or rounds < 1:
        raise ValueError("need n >= 2 and rounds >= 1")
    left, right = float(lo), float(hi)
    best, lowest = left, float("inf")
    for _ in range(rounds):
        h = (right - left) / (n - 1)
        for t in torch.linspace(left, right, n, dtype=torch.float64).tolist():
            value = f(t)
            if value < lowest:
                best, lowest = t, value
        left, right = max(best - h, lo), min(best + h, hi)
    return float(best)


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    history = [theta0]
    while len(history) <= max_steps:
        g = grad_fn(history[-1])
        if torch.linalg.vector_norm(g) <= tol:
            break
        history.append(history[-1] - lr * g)
    return history[-1], torch.stack(history)


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    order = torch.randperm(n) if shuffle else torch.arange(n)
    for batch in order.split(batch_size):
        if len(batch) == batch_size or (len(batch) > 0 and not drop_last):
            yield batch


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = grad + weight_decay * param
    m = momentum * state["momentum_buffer"] + g if state else g
    return param - lr * m, {"momentum_buffer": m}


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    g = grad + weight_decay * param
    s = state.get("sum", torch.zeros_like(param)) + g.square()
    return param - lr * g / (s.sqrt() + eps), {"sum": s}


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = grad + weight_decay * param
    v = alpha * state.get("square_avg", torch.zeros_like(param)) + (1 - alpha) * g.square()
    return param - lr * g / (v.sqrt() + eps), {"square_avg": v}


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    beta1, beta2 = betas
    zero = torch.zeros_like(param)
    t = state.get("step", 0) + 1
    g = grad + weight_decay * param
    m = beta1 * state.get("exp_avg", zero) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", zero) + (1 - beta2) * g.square()
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return param - lr * m_hat / (v_hat.sqrt() + eps), {"step": t, "exp_avg": m, "exp_avg_sq": v}


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError("step and warmup_steps must not be negative")
    t = step + 1
    w = max(warmup_steps, 1)
    return base_lr * min(t / w, (w / t) ** 0.5)


def ema(x: Tensor, beta: float) -> Tensor:
    m = [x[0]]
    for value in x[1:]:
        m.append(beta * m[-1] + (1 - beta) * value)
    return torch.stack(m)
