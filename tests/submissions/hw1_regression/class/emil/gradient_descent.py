# Emil
# I like einsum.
from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, einsum


def loss_surface(ws: Tensor, bs: Tensor, x: Tensor, y: Tensor) -> Tensor:
    # (y - b - w x)^2, summed over n, as a matrix product of (1, w) and (1, b)
    wx = einsum("w,n->wn", ws, x)
    error = y[None, None, :] - wx[:, None, :] - bs[None, :, None]
    return einsum("wbn,wbn->wb", error, error) / x.numel()


def coarse_to_fine_search(f: Callable[[float], float], lo: float, hi: float, n: int = 16, rounds: int = 3) -> float:
    if n < 2:
        raise ValueError("n")
    if rounds < 1:
        raise ValueError("rounds")
    tried: list[tuple[float, int, float]] = []
    left, right = lo, hi
    for _ in range(rounds):
        h = (right - left) / (n - 1)
        points = [left + h * i for i in range(n - 1)] + [right]
        for point in points:
            tried.append((f(point), len(tried), point))
        best = min(tried)[2]  # a tie is decided by the number of the trial
        left, right = max(lo, best - h), min(hi, best + h)
    return float(best)


def gradient_descent(grad_fn, theta0: Tensor, lr: float, max_steps: int, tol: float) -> tuple[Tensor, Tensor]:
    theta = theta0.clone()
    history = torch.empty(max_steps + 1, theta.numel(), dtype=theta.dtype)
    history[0] = theta
    steps = 0
    while steps < max_steps:
        g = grad_fn(theta)
        if math.sqrt(einsum("p,p->", g, g)) <= tol:
            break
        theta = theta - lr * g
        steps += 1
        history[steps] = theta
    return theta, history[: steps + 1]


def minibatches(n, batch_size, shuffle, generator, drop_last=False) -> Iterator[Tensor]:
    if batch_size < 1:
        raise ValueError("batch_size")
    if shuffle:
        order = torch.randperm(n, generator=generator)
    else:
        order = torch.arange(n)
    stop = n // batch_size * batch_size if drop_last else n
    return iter([order[i : min(i + batch_size, n)] for i in range(0, stop, batch_size)])


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = torch.add(grad, param, alpha=weight_decay)
    if "momentum_buffer" in state:
        g = torch.add(g, state["momentum_buffer"], alpha=momentum)
    return torch.add(param, g, alpha=-lr), {**state, "momentum_buffer": g}


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    g = torch.add(grad, param, alpha=weight_decay)
    total = torch.addcmul(state.get("sum", torch.zeros_like(g)), g, g)
    t = state.get("step", 0) + 1
    return torch.addcdiv(param, g, (total / t).sqrt() + eps, value=-lr), {"sum": total, "step": t}


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = torch.add(grad, param, alpha=weight_decay)
    average = torch.lerp(g * g, state.get("square_avg", torch.zeros_like(g)), alpha)
    return torch.addcdiv(param, g, average.sqrt() + eps, value=-lr), {**state, "square_avg": average}


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    g = grad
    param = param * (1 - lr * weight_decay)
    t = state.get("step", 0) + 1
    m = torch.lerp(g, state.get("exp_avg", torch.zeros_like(g)), betas[0])
    v = torch.lerp(g * g, state.get("exp_avg_sq", torch.zeros_like(g)), betas[1])
    denominator = (v / (1 - betas[1] ** t)).sqrt() + eps
    new = torch.addcdiv(param, m / (1 - betas[0] ** t), denominator, value=-lr)
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}


def warmup_decay_lr(step: int, warmup_steps: int, base_lr: float) -> float:
    if min(step, warmup_steps) < 0:
        raise ValueError("negative")
    update = step + 1
    warm = max(1, warmup_steps)
    if update <= warm:
        return float(base_lr * update / warm)
    return float(base_lr * math.sqrt(warm / update))


def ema(x: Tensor, beta: float) -> Tensor:
    # m_t = beta^t x_0 + (1 - beta) sum_{s=1}^t beta^(t-s) x_s: a lower triangular matrix
    T = len(x)
    t = torch.arange(T)
    lag = (t[:, None] - t[None, :]).clamp(min=0).to(x.dtype)
    kernel = torch.tril(torch.as_tensor(beta, dtype=x.dtype) ** lag)
    weight = torch.full((T,), 1.0 - beta, dtype=x.dtype)
    weight[0] = 1.0
    return einsum("ts,s,s->t", kernel, weight, x)
