"""Gradient descent and its relatives: search, the descent itself, mini-batches, optimizers, schedules.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor


def loss_surface(ws: Tensor, bs: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The mean squared error of the model y = b + w·x for every pair of a weight and a bias.

    L(w, b) = 1/N Σ_n (y_n − (b + w·x_n))²; entry (i, j) of the result is L(ws[i], bs[j]).

    Args:
        ws: the weights to try, (W,).
        bs: the biases to try, (B,).
        x, y: the training data, (N,) each.
    Returns:
        the error surface, (W, B): weights along the rows, biases along the columns.

    >>> x, y = torch.tensor([1., 2.]), torch.tensor([2., 3.])
    >>> loss_surface(torch.tensor([0., 1.]), torch.tensor([0., 1., 2.]), x, y)
    tensor([[6.5000, 2.5000, 0.5000],
            [1.0000, 0.0000, 1.0000]])
    """
    surface = []
    for w in ws:
        row = []
        for b in bs:
            total = torch.zeros((), dtype=x.dtype)
            for n in range(len(x)):
                error = y[n] - (b + w * x[n])
                total = total + error * error
            row.append(total / len(x))
        surface.append(torch.stack(row))
    return torch.stack(surface)


def coarse_to_fine_search(f: Callable[[float], float], lo: float, hi: float, n: int = 16, rounds: int = 3) -> float:
    """The minimum of f on [lo, hi] by searching a coarse grid, then a finer one around the best point.

    Each round calls f once at each of n equally spaced points, from the interval's left end to its right
    end, both included, so that they lie h = (right − left) / (n − 1) apart; the first interval is [lo, hi].
    ``best`` is the point with the lowest f of all rounds so far; at a tie the one that was tried first
    (points go from left to right). The next round's interval is [best − h, best + h], clipped to [lo, hi].

    Args:
        f: takes one float and returns one float.
        lo, hi: the ends of the first interval, lo ≤ hi.
        n: points per round.
        rounds: number of rounds; f is called n·rounds times.
    Returns:
        best, as a Python float.
    Raises:
        ValueError: if n < 2 or rounds < 1.

    >>> coarse_to_fine_search(lambda t: (t - 0.8) ** 2, 0.0, 4.0, n=5, rounds=2)
    1.0
    >>> coarse_to_fine_search(lambda t: (t - 0.8) ** 2, 0.0, 4.0, n=5, rounds=3)
    0.75
    """
    if n < 2:
        raise ValueError("n must be at least 2")
    if rounds < 1:
        raise ValueError("rounds must be at least 1")
    left = lo
    right = hi
    best = None
    best_value = None
    for _ in range(rounds):
        h = (right - left) / (n - 1)
        for i in range(n):
            point = left + i * h
            value = f(point)
            if best is None or value < best_value:
                best = point
                best_value = value
        left = best - h
        if left < lo:
            left = lo
        right = best + h
        if right > hi:
            right = hi
    return best


def gradient_descent(
    grad_fn: Callable[[Tensor], Tensor], theta0: Tensor, lr: float, max_steps: int, tol: float
) -> tuple[Tensor, Tensor]:
    """Vanilla gradient descent with a stopping rule.

    At θᵗ: compute g = grad_fn(θᵗ); stop without an update if ‖g‖₂ ≤ tol; else θᵗ⁺¹ = θᵗ − lr·g. After
    max_steps updates it ends without a further call, so grad_fn is called at most max_steps times.

    Args:
        grad_fn: θ (P,) -> the gradient of the loss at θ, (P,).
        theta0: where to start, (P,); it is not changed.
        lr: the learning rate η.
        max_steps: the largest number of updates, ≥ 0.
        tol: the gradient's Euclidean norm at which to stop.
    Returns:
        (theta, history): the last θ, (P,), and every θ from theta0 to it, (T, P), T = number of updates + 1.

    >>> gradient_descent(lambda t: 2 * t, torch.tensor([4.0]), lr=0.25, max_steps=10, tol=1.0)
    (tensor([0.5000]), tensor([[4.0000],
            [2.0000],
            [1.0000],
            [0.5000]]))
    """
    theta = theta0.clone()
    history = [theta]
    for _ in range(max_steps):
        g = grad_fn(theta)
        squares = 0.0
        for component in g:
            squares = squares + float(component) ** 2
        if math.sqrt(squares) < tol:
            break
        theta = theta - lr * g
        history.append(theta)
    return theta, torch.stack(history)


def minibatches(
    n: int, batch_size: int, shuffle: bool, generator: torch.Generator | None, drop_last: bool = False
) -> Iterator[Tensor]:
    """The batches of one epoch, as indices.

    The order is torch.randperm(n, generator=generator), drawn once, if shuffle; else 0, 1, …, n − 1, and
    the generator is left as it is. The order is cut into consecutive batches. The last one holds what is
    left over; with drop_last it is left out if it is smaller than batch_size.

    Args:
        n: number of examples, ≥ 0.
        batch_size: examples per batch.
        shuffle: a new order for this epoch?
        generator: for the shuffle; None stands for PyTorch's global generator.
        drop_last: leave out a last, smaller batch?
    Returns:
        an iterator over LongTensors, (batch_size,) each, the last one maybe smaller.
    Raises:
        ValueError: if batch_size < 1, at the call or at the first batch.

    >>> list(minibatches(5, 2, shuffle=False, generator=None))
    [tensor([0, 1]), tensor([2, 3]), tensor([4])]
    """
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    if shuffle:
        order = torch.randperm(n, generator=generator)
    else:
        order = torch.arange(n)
    batch = []
    for i in order:
        batch.append(i)
        if len(batch) == batch_size:
            yield torch.stack(batch)
            batch = []
    if len(batch) > 0 and not drop_last:
        yield torch.stack(batch)


def sgd_momentum_step(
    param: Tensor, grad: Tensor, state: dict, lr: float, momentum: float, weight_decay: float = 0.0
) -> tuple[Tensor, dict]:
    """One step of gradient descent with momentum μ, as torch.optim.SGD(momentum=μ, dampening=0) takes it.

    g ← grad + weight_decay·param;  m ← g in the first step, else μ·m + g;  param − lr·m.

    Args:
        param, grad: of one shape, any.
        state: {} before the first step, then what the step before returned. Keys: "momentum_buffer" (m).
    Returns:
        (new param, new state). Nothing that came in is changed in place, not even the dict.

    >>> p, state = sgd_momentum_step(torch.tensor([1.0]), torch.tensor([2.0]), {}, lr=0.1, momentum=0.5)
    >>> p, state = sgd_momentum_step(p, torch.tensor([2.0]), state, lr=0.1, momentum=0.5)
    >>> p
    tensor([0.5000])
    """
    g = grad + weight_decay * param
    if "momentum_buffer" not in state:
        m = g
    else:
        m = momentum * state["momentum_buffer"] + g
    return param - lr * m, {"momentum_buffer": m}


def adagrad_step(
    param: Tensor, grad: Tensor, state: dict, lr: float, eps: float = 1e-10, weight_decay: float = 0.0
) -> tuple[Tensor, dict]:
    """One step of Adagrad, as torch.optim.Adagrad takes it.

    g ← grad + weight_decay·param;  s ← s + g² (s = 0 before the first step);  param − lr·g / (√s + eps).

    Args:
        param, grad: of one shape, any.
        state: {} before the first step, then what the step before returned. Keys: "sum" (s).
    Returns:
        (new param, new state). Nothing that came in is changed in place, not even the dict.

    >>> p, state = adagrad_step(torch.tensor([1.0]), torch.tensor([3.0]), {}, lr=0.1)
    >>> p, state = adagrad_step(p, torch.tensor([4.0]), state, lr=0.1)
    >>> p
    tensor([0.8200])
    """
    g = grad + weight_decay * param
    s = g**2
    if "sum" in state:
        s = state["sum"] + s
    return param - lr * g / (torch.sqrt(s) + eps), {"sum": s}


def rmsprop_step(
    param: Tensor,
    grad: Tensor,
    state: dict,
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Tensor, dict]:
    """One step of RMSProp, as torch.optim.RMSprop takes it (neither centered nor with momentum).

    g ← grad + weight_decay·param;  v ← α·v + (1 − α)·g² (v = 0 before the first step);
    param − lr·g / (√v + eps).

    Args:
        param, grad: of one shape, any.
        state: {} before the first step, then what the step before returned. Keys: "square_avg" (v).
    Returns:
        (new param, new state). Nothing that came in is changed in place, not even the dict.

    >>> p, state = rmsprop_step(torch.tensor([1.0]), torch.tensor([3.0]), {}, lr=0.1, alpha=0.75)
    >>> p
    tensor([0.8000])
    """
    g = grad + weight_decay * param
    v = (1 - alpha) * g**2
    if "square_avg" in state:
        v = alpha * state["square_avg"] + v
    return param - lr * g / (torch.sqrt(v) + eps), {"square_avg": v}


def adam_step(
    param: Tensor,
    grad: Tensor,
    state: dict,
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Tensor, dict]:
    """One step of Adam, as torch.optim.Adam takes it (weight decay is L2, not AdamW's).

    t ← t + 1;  g ← grad + weight_decay·param;  m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²
    (t = 0, m = 0, v = 0 before the first step);  m̂ = m / (1 − β₁ᵗ);  v̂ = v / (1 − β₂ᵗ);
    param − lr·m̂ / (√v̂ + eps).

    Args:
        param, grad: of one shape, any.
        state: {} before the first step, then what the step before returned. Keys: "step" (t), "exp_avg" (m),
            "exp_avg_sq" (v).
    Returns:
        (new param, new state). Nothing that came in is changed in place, not even the dict.

    >>> p, state = adam_step(torch.tensor([1.0, 1.0]), torch.tensor([0.2, -30.0]), {}, lr=0.1)
    >>> p
    tensor([0.9000, 1.1000])
    """
    beta1, beta2 = betas
    if len(state) == 0:
        t, m, v = 0, torch.zeros_like(param), torch.zeros_like(param)
    else:
        t, m, v = state["step"], state["exp_avg"], state["exp_avg_sq"]
    t = t + 1
    g = grad + weight_decay * param
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    new_state = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    return param - lr * m_hat / (torch.sqrt(v_hat) + eps), new_state


def warmup_decay_lr(step: int, warmup_steps: int, base_lr: float) -> float:
    """The learning rate of an update: it rises linearly to base_lr, then falls as 1/√step.

    lr = base_lr · min(t / W, √(W / t)) with t = step + 1 and W = max(warmup_steps, 1).

    Args:
        step: number of updates made before, 0 for the first, as torch.optim.lr_scheduler counts.
        warmup_steps: the update number (from 1) that reaches base_lr; 0 and 1 mean no warm-up.
        base_lr: the highest learning rate.
    Returns:
        the learning rate, a Python float.
    Raises:
        ValueError: if step < 0 or warmup_steps < 0.

    >>> [warmup_decay_lr(step, warmup_steps=4, base_lr=0.5) for step in (0, 1, 2, 3, 15)]
    [0.125, 0.25, 0.375, 0.5, 0.25]
    """
    if step < 0 or warmup_steps < 0:
        raise ValueError("step and warmup_steps must not be negative")
    w = max(warmup_steps, 1)
    if step < w:
        return base_lr * step / w
    return base_lr * math.sqrt(w / step)


def ema(x: Tensor, beta: float) -> Tensor:
    """The exponential moving average of a series.

    m₀ = x₀;  mₜ = β·mₜ₋₁ + (1 − β)·xₜ. It starts at the first value, so it needs no bias correction.

    Args:
        x: the series, (T,), T ≥ 1.
        beta: how much of the past is kept, 0 ≤ β ≤ 1.
    Returns:
        the average after each value, (T,); differentiable with respect to x.

    >>> ema(torch.tensor([4.0, 0.0, 8.0]), beta=0.5)
    tensor([4., 2., 5.])
    """
    m = x[0]
    averages = [m]
    for t in range(1, len(x)):
        m = beta * m + (1 - beta) * x[t]
        averages.append(m)
    return torch.stack(averages)
