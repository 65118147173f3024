"""Kofi: small classes, and lists as iterators."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, reduce

import torch
from torch import Tensor


@dataclass(frozen=True)
class _Line:
    w: Tensor
    b: Tensor

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.nn.functional.mse_loss(self.b + self.w * x, y)


def loss_surface(ws, bs, x, y):
    return torch.stack([torch.stack([_Line(w, b).loss(x, y) for b in bs]) for w in ws])


@dataclass
class _Interval:
    left: float
    right: float
    n: int

    @property
    def h(self) -> float:
        return (self.right - self.left) / (self.n - 1)

    @cached_property
    def points(self) -> list[float]:
        share = [i / (self.n - 1) for i in range(self.n)]
        return [self.left * (1 - s) + self.right * s for s in share]

    def around(self, best: float, whole: "_Interval") -> "_Interval":
        return _Interval(max(best - self.h, whole.left), min(best + self.h, whole.right), self.n)


@dataclass
class _Memory:
    f: object
    tried: dict = field(default_factory=dict)

    def __call__(self, t: float) -> float:
        value = self.f(t)
        self.tried.setdefault(t, value)
        return value

    @property
    def best(self) -> float:
        return min(self.tried, key=self.tried.__getitem__)  # dicts keep their order, min takes the first


def coarse_to_fine_search(f, lo, hi, n=16, rounds=3):
    if n < 2 or rounds < 1:
        raise ValueError
    whole = interval = _Interval(float(lo), float(hi), n)
    memory = _Memory(f)
    for _ in range(rounds):
        for point in interval.points:
            memory(point)
        interval = interval.around(memory.best, whole)
    return memory.best


class _Descent:
    def __init__(self, start: Tensor):
        self.history = [start]

    @property
    def theta(self) -> Tensor:
        return self.history[-1]

    @property
    def updates(self) -> int:
        return len(self.history) - 1

    def step(self, direction: Tensor) -> None:
        self.history.append(self.theta + direction)


def gradient_descent(grad_fn, theta0, lr, max_steps, tol):
    descent = _Descent(theta0)
    while descent.updates < max_steps:
        g = grad_fn(descent.theta)
        if (g * g).sum().sqrt().item() <= tol:
            break
        descent.step(-lr * g)
    return descent.theta, torch.vstack(descent.history)


class _Batches:
    """The batches as a list-like object; iter() makes the iterator."""

    def __init__(self, order: Tensor, size: int, drop_last: bool):
        self.order, self.size, self.drop_last = order, size, drop_last

    def __len__(self) -> int:
        full, rest = divmod(len(self.order), self.size)
        return full + (rest > 0 and not self.drop_last)

    def __getitem__(self, i: int) -> Tensor:
        if i >= len(self):
            raise IndexError(i)
        return self.order[i * self.size : (i + 1) * self.size]


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size")
    order = torch.randperm(n, generator=generator) if shuffle else torch.tensor(range(n), dtype=torch.int64)
    return iter(list(_Batches(order, batch_size, drop_last)))


@dataclass
class _Moments:
    """A running average that can say its unbiased value."""

    beta: float
    value: Tensor
    steps: int = 0

    def add(self, new: Tensor) -> "_Moments":
        return _Moments(self.beta, self.value * self.beta + new * (1 - self.beta), self.steps + 1)

    @property
    def unbiased(self) -> Tensor:
        return self.value / (1 - self.beta**self.steps)


def _decayed(param, grad, weight_decay):
    return grad + param * weight_decay if weight_decay else grad


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    g = _decayed(param, grad, weight_decay)
    before = state.get("momentum_buffer")
    m = g if before is None else before * momentum + g
    return param - m * lr, {"momentum_buffer": m}


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    g = _decayed(param, grad, weight_decay)
    s = g**2 + state.get("sum", 0)
    return param - g * lr / (s**0.5 + eps), {"sum": s}


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    g = _decayed(param, grad, weight_decay)
    v = _Moments(alpha, state.get("square_avg", torch.zeros_like(param))).add(g**2).value
    return param - g * lr / (v.sqrt() + eps), {"square_avg": v}


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    g = _decayed(param, grad, weight_decay)
    t = state.get("step", 0)
    m = _Moments(betas[0], state.get("exp_avg", torch.zeros_like(g)), t).add(g)
    v = _Moments(betas[1], state.get("exp_avg_sq", torch.zeros_like(g)), t).add(g**2)
    new = param - m.unbiased * lr / (v.unbiased.sqrt() + eps)
    return new, {"step": m.steps, "exp_avg": m.value, "exp_avg_sq": v.value}


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError
    t, w = step + 1, warmup_steps or 1
    return base_lr * (t / w if t < w else (t / w) ** -0.5)


def ema(x, beta):
    averages = reduce(lambda past, new: [*past, past[-1] + (1 - beta) * (new - past[-1])], x[1:], [x[0]])
    return torch.stack(averages)
