"""Elif's homework: let PyTorch do it."""

from __future__ import annotations

import copy
from typing import Callable

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import BatchSampler, SequentialSampler


def loss_surface(ws, bs, x, y):
    models = torch.cartesian_prod(ws, bs)  # (W*B, 2)
    predictions = models[:, :1] * x + models[:, 1:]
    losses = F.mse_loss(predictions, y.expand_as(predictions), reduction="none").mean(dim=1)
    return losses.unflatten(0, (len(ws), len(bs)))


def coarse_to_fine_search(f, lo, hi, n=16, rounds=3):
    if n < 2 or rounds < 1:
        raise ValueError("n must be >= 2 and rounds >= 1")
    best_value = best = None
    interval = (lo, hi)
    for _ in range(rounds):
        grid = torch.linspace(*interval, steps=n, dtype=torch.double)
        values = torch.tensor([f(t.item()) for t in grid], dtype=torch.double)
        value, index = values.min(dim=0)
        # min does not promise the first of several
        index = (values == value).nonzero()[0, 0]
        if best is None or value < best_value:
            best_value, best = value, grid[index].item()
        h = (interval[1] - interval[0]) / (n - 1)
        interval = (max(lo, best - h), min(hi, best + h))
    return best


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    theta = nn.Parameter(theta0.clone())
    optimizer = torch.optim.SGD([theta], lr=lr)
    history = [theta.detach().clone()]
    for _ in range(max_steps):
        theta.grad = grad_fn(theta.detach().clone())
        if theta.grad.norm(p=2) <= tol:
            break
        optimizer.step()
        history.append(theta.detach().clone())
    return history[-1], torch.stack(history)


class _FixedOrder(SequentialSampler):
    def __init__(self, order):
        super().__init__(order)
        self.order = order

    def __iter__(self):
        return iter(self.order.tolist())


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size must be >= 1")
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    for batch in BatchSampler(_FixedOrder(order), batch_size, drop_last):
        yield torch.LongTensor(batch)


def _step(optimizer_class, param, grad, state, **options):
    """One step of a class of torch.optim on a copy."""
    p = param.detach().clone().requires_grad_()
    optimizer = optimizer_class([p], **options)
    if state:
        optimizer.state[p] = copy.deepcopy(state)
    p.grad = grad.detach().clone()
    optimizer.step()
    return p.detach(), dict(optimizer.state[p])


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    return _step(torch.optim.SGD, param, grad, state, lr=lr, momentum=momentum, weight_decay=weight_decay)


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    return _step(torch.optim.Adagrad, param, grad, state, lr=lr, eps=eps, weight_decay=weight_decay)


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    return _step(torch.optim.RMSprop, param, grad, state, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay)


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    return _step(torch.optim.Adam, param, grad, state, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError("not negative, please")
    warmup_steps = max(warmup_steps, 1)
    factor: Callable[[int], float] = lambda s: min((s + 1) / warmup_steps, (warmup_steps / (s + 1)) ** 0.5)
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base_lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: factor(s + step))
    return scheduler.get_last_lr()[0]


def ema(x, beta):
    steps = torch.cat([x[:1], (1 - beta) * x[1:]])
    out, last = [], torch.zeros((), dtype=x.dtype)
    for i, value in enumerate(steps.unbind()):
        last = value if i == 0 else torch.add(value, last, alpha=beta)
        out.append(last)
    return torch.stack(out)
