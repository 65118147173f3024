"""Beatriz. NumPy where nobody asks for gradients."""

import math

import numpy as np
import torch


def loss_surface(ws, bs, x, y):
    w_grid, b_grid = np.meshgrid(ws.numpy(), bs.numpy(), indexing="ij")
    x, y = x.numpy(), y.numpy()
    e = y - (b_grid[..., np.newaxis] + w_grid[..., np.newaxis] * x)
    return torch.from_numpy((e**2).mean(axis=-1))


def coarse_to_fine_search(f, lo, hi, n=16, rounds=3):
    if n < 2 or rounds < 1:
        raise ValueError("n >= 2, rounds >= 1")
    a, b = lo, hi
    candidates = []
    for _ in range(rounds):
        grid, h = np.linspace(a, b, n, retstep=True)
        values = np.array([f(float(t)) for t in grid])
        i = n - 1 - int(values[::-1].argmin())
        candidates.append((float(values[i]), float(grid[i])))
        best = candidates[int(np.argmin([value for value, _ in candidates]))][1]
        a, b = best - h, best + h
    return best


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    theta = theta0
    history = theta0[None]
    for _ in range(max_steps):
        g = grad_fn(theta)
        if np.linalg.norm(g.numpy()) <= tol:
            break
        theta = theta - lr * g
        history = torch.cat((history, theta[None]))
    return theta, history


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size")
    order = np.arange(n)
    if shuffle:
        order = torch.randperm(n, generator=generator).numpy()
    for i in range(math.ceil(n / batch_size)):
        batch = order[i * batch_size : (i + 1) * batch_size]
        if drop_last and batch.size < batch_size:
            return
        yield torch.tensor(batch)


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = grad + weight_decay * param
    if not state:
        buffer = g
    else:
        buffer = momentum * state["momentum_buffer"] + g
    return param - lr * buffer, dict(momentum_buffer=buffer)


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    p, g = param.numpy(), grad.numpy()
    g = g + weight_decay * p
    s = state["sum"].numpy() + g**2 if state else g**2
    return torch.as_tensor(p - lr * g / (np.sqrt(s) + eps)), {"sum": torch.as_tensor(s)}


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    p, g = param.numpy(), grad.numpy()
    g = g + weight_decay * p
    v = (1 - alpha) * g**2
    if state:
        v = v + alpha * state["square_avg"].numpy()
    return torch.as_tensor(p - lr * g / (np.sqrt(v) + eps)), {"square_avg": torch.as_tensor(v)}


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    b1, b2 = betas
    p, g = param.numpy(), grad.numpy()
    g = g + weight_decay * p
    t, m, v = 0, np.zeros_like(p), np.zeros_like(p)
    if state:
        t, m, v = state["step"], state["exp_avg"].numpy(), state["exp_avg_sq"].numpy()
    t = t + 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    step = lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return torch.as_tensor(p - step), {"step": t, "exp_avg": torch.as_tensor(m), "exp_avg_sq": torch.as_tensor(v)}


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError
    t, w = step + 1, max(warmup_steps, 1)
    return float(base_lr * np.minimum(t / w, np.sqrt(w / t)))


def ema(x, beta):
    m = torch.empty_like(x)
    m[0] = x[0]
    for t in range(1, len(x)):
        m[t] = beta * m[t - 1].clone() + (1 - beta) * x[t]
    return m
