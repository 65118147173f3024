"""Every function of the module, written another way.

module: gradient_descent
"""

import torch


def loss_surface(ws, bs, x, y):
    rows = [torch.stack([torch.nn.functional.mse_loss(w * x + b, y) for b in bs]) for w in ws]
    return torch.stack(rows)


def coarse_to_fine_search(f, lo, hi, n=16, rounds=3):
    if n < 2 or rounds < 1:
        raise ValueError("too few points or rounds")
    tried = {}
    left, right = float(lo), float(hi)
    for _ in range(rounds):
        grid = torch.linspace(left, right, n, dtype=torch.float64).tolist()
        for point in grid:
            value = float(f(point))
            tried.setdefault(point, value)
        best = min(tried, key=tried.get)
        width = grid[1] - grid[0]
        left, right = max(float(lo), best - width), min(float(hi), best + width)
    return best


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    history = theta0.clone().unsqueeze(0)
    while len(history) <= max_steps:
        slope = grad_fn(history[-1])
        if torch.linalg.vector_norm(slope).item() <= tol:
            break
        history = torch.cat([history, (history[-1] - lr * slope).unsqueeze(0)])
    return history[-1].clone(), history


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size <= 0:
        raise ValueError("batch_size must be positive")
    order = torch.arange(n)
    if shuffle:
        order = order[torch.randperm(n, generator=generator)]
    batches = list(torch.split(order, batch_size)) if n else []
    if drop_last and batches and len(batches[-1]) < batch_size:
        batches.pop()
    return iter(batches)


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    d_p = grad.add(param, alpha=weight_decay)
    buffer = state.get("buffer")
    buffer = d_p.clone() if buffer is None else buffer.mul(momentum).add(d_p)
    return param.add(buffer, alpha=-lr), {"buffer": buffer}


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    d_p = grad.add(param, alpha=weight_decay)
    squares = [*state.get("squares", []), d_p.square()]
    return param - lr * d_p / (sum(squares).sqrt() + eps), {"squares": squares}


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    d_p = grad.add(param, alpha=weight_decay)
    average = torch.lerp(d_p.square(), state.get("average", torch.zeros_like(param)), alpha)
    return param.addcdiv(d_p, average.sqrt().add(eps), value=-lr), {"average": average}


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    m, v, powers = state.get("moments", (torch.zeros_like(param), torch.zeros_like(param), (1.0, 1.0)))
    d_p = grad.add(param, alpha=weight_decay)
    m, v = m.lerp(d_p, 1 - betas[0]), v.lerp(d_p.square(), 1 - betas[1])
    powers = (powers[0] * betas[0], powers[1] * betas[1])
    size = lr / (1 - powers[0])
    return param - size * m / (v.sqrt() / (1 - powers[1]) ** 0.5 + eps), {"moments": (m, v, powers)}


def warmup_decay_lr(step, warmup_steps, base_lr):
    if min(step, warmup_steps) < 0:
        raise ValueError("negative")
    if step + 1 < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    return base_lr * (max(warmup_steps, 1) / (step + 1)) ** 0.5


def ema(x, beta):
    averages = torch.zeros_like(x)
    rows = []
    for t in range(len(x)):
        rows.append(x[0] if t == 0 else rows[-1] + (1 - beta) * (x[t] - rows[-1]))
    return averages + torch.stack(rows)
