"""Momentum, Adagrad, RMSProp and Adam, step by step beside PyTorch's own."""

import pytest
import torch

# The optimizers as plain functions. Building a torch.optim.Optimizer imports PyTorch's compiler: a second.
from torch.optim.adagrad import adagrad
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from grader.checkers import assert_close, assert_unchanged, check_equal, check_type


def torch_sgd(lrs, momentum=0.0, weight_decay=0.0, nesterov=False):
    buffers = [None]

    def step(param, grad, t):
        sgd(
            [param], [grad], buffers, foreach=False, weight_decay=weight_decay, momentum=momentum, lr=lrs[t],
            dampening=0.0, nesterov=nesterov, maximize=False,
        )  # fmt: skip

    return step


def torch_adagrad(lr, eps=1e-10, weight_decay=0.0):
    total, count = torch.zeros(3, 5, dtype=torch.float64), torch.tensor(0.0)

    def step(param, grad, t):
        adagrad(
            [param], [grad], [total], [count], foreach=False, lr=lr, weight_decay=weight_decay, lr_decay=0.0,
            eps=eps, maximize=False,
        )  # fmt: skip

    return step


def torch_rmsprop(lr, alpha=0.99, eps=1e-8, weight_decay=0.0, start=None, inside=0.0):
    """start: the average before the first step. inside: an eps under the root, which PyTorch has not."""
    average, count = torch.zeros(3, 5, dtype=torch.float64) if start is None else start.clone(), torch.tensor(0.0)

    def step(param, grad, t):
        average.add_(inside / alpha)
        rmsprop(
            [param], [grad], [average], [], [], [count], foreach=False, lr=lr, alpha=alpha, eps=eps,
            weight_decay=weight_decay, momentum=0.0, centered=False,
        )  # fmt: skip
        average.sub_(inside)

    return step


def torch_adam(lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, count=0, inside=0.0, keep=False):
    """count: steps before the first. inside: an eps under the root. keep: the state keeps m̂ and v̂."""
    first, second = (torch.zeros(3, 5, dtype=torch.float64) for _ in range(2))
    steps = torch.tensor(float(count))

    def step(param, grad, t):
        rest = 1 - betas[1] ** (t + 1)
        second.add_(inside * rest / betas[1])
        adam(
            [param], [grad], [first], [second], [], [steps], foreach=False, amsgrad=False, beta1=betas[0],
            beta2=betas[1], lr=lr, weight_decay=weight_decay, eps=eps, maximize=False,
        )  # fmt: skip
        second.sub_(inside * rest)
        if keep:
            first.div_(1 - betas[0] ** (t + 1))
            second.div_(rest)

    return step


def trace(step, param, grads):
    """The parameter after each step of one of PyTorch's optimizers, (T, 3, 5)."""
    param, rows = param.clone(), []
    for t, grad in enumerate(grads):
        step(param, grad.clone(), t)
        rows.append(param.clone())
    return torch.stack(rows)


def walk(step, param, grads, what):
    """The same with the student's step: the state that it returns goes into the next step."""
    state, rows = {}, []
    for t, grad in enumerate(grads):
        result = step(param, grad, state, t)
        check_equal(len(check_type(result, tuple, what=what)), 2, what=f"the length of {what}")
        param, state = result
        # type, shape, dtype and finite only: the values are compared at the end
        assert_close(param, torch.zeros_like(grad), atol=1e30, what=f"the new param in step {t + 1}")
        check_type(state, dict, what=f"the new state in step {t + 1}")
        rows.append(param)
    return torch.stack(rows)


def draws(rng, steps):
    """A parameter and gradients of very different size per coordinate, so that each scale counts."""
    param = torch.randn(3, 5, generator=rng, dtype=torch.float64)
    scale = 10 ** torch.linspace(-1, 1, 15, dtype=torch.float64).reshape(3, 5)
    return param, scale * torch.randn(steps, 3, 5, generator=rng, dtype=torch.float64)


@pytest.mark.points(2)
@pytest.mark.hint(
    "m ← μ·m + g, then param − lr·m; in the first step m = g.",
    "The lecture's m holds the learning rate, PyTorch's does not: they part when lr changes.",
)
def test_sgd_momentum_step_twenty_steps(submission, rng):
    """sgd_momentum_step equals torch.optim.SGD over 20 steps, also when the learning rate changes"""
    param, grads = draws(rng, 20)
    lrs = [0.1] * 7 + [0.05] * 6 + [0.02] * 7

    def student(p, g, state, t):
        return submission.sgd_momentum_step(p, g, state, lrs[t], 0.9)

    got = walk(student, param, grads, "sgd_momentum_step(...)")

    def variant(move):
        m, p, rows = torch.zeros_like(param), param, []
        for t, g in enumerate(grads):
            m, step = move(m, g, lrs[t])
            p = p + step
            rows.append(p)
        return torch.stack(rows)

    def lecture(m, g, lr):
        return 0.9 * m - lr * g, 0.9 * m - lr * g

    def dampened(m, g, lr):
        return 0.9 * m + 0.1 * g, -lr * (0.9 * m + 0.1 * g)

    mistakes = {
        "That is the lecture's m ← μ·m − lr·g; PyTorch multiplies by lr when it moves.": variant(lecture),
        "The new gradient counts in full: there is no factor 1 − μ.": variant(dampened),
        "That is Nesterov's momentum; move by m itself.": trace(torch_sgd(lrs, 0.9, nesterov=True), param, grads),
        "The momentum is not used.": trace(torch_sgd(lrs), param, grads),
        "The state is not used: the returned one must hold m.": param - torch.tensor(lrs)[:, None, None] * grads,
        "The old m is used: update m first, then move.": trace(
            torch_sgd(lrs, 0.9), param, torch.cat([torch.zeros_like(grads[:1]), grads[:-1]])
        ),
    }
    # float64, 20 steps of order 10: rounding is near 1e-14
    want = trace(torch_sgd(lrs, 0.9), param, grads)
    assert_close(got, want, atol=1e-10, what="param after 1, 2, …, 20 steps", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("First of all: g ← grad + weight_decay·param.")
def test_sgd_momentum_step_weight_decay(submission, rng):
    """sgd_momentum_step adds weight_decay·param to the gradient; momentum 0 is plain gradient descent"""
    param, grads = draws(rng, 3)

    def student(p, g, state, t):
        return submission.sgd_momentum_step(p, g, state, 0.1, 0.0, 0.7)

    got = walk(student, param, grads, "sgd_momentum_step(...)")
    mistakes = {
        "weight_decay is not used.": trace(torch_sgd([0.1] * 3), param, grads),
        "weight_decay must pull towards 0.": trace(torch_sgd([0.1] * 3, weight_decay=-0.7), param, grads),
        "There is no factor 2: λ/2·‖θ‖² has the gradient λθ.": trace(
            torch_sgd([0.1] * 3, weight_decay=1.4), param, grads
        ),
    }
    # float64, 3 steps
    want = trace(torch_sgd([0.1] * 3, weight_decay=0.7), param, grads)
    assert_close(got, want, atol=1e-12, what="param after 1, 2, 3 steps", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("s ← s + g²: a sum, not a mean.", "Divide by √s + eps, root first.")
def test_adagrad_step_twenty_steps(submission, rng):
    """adagrad_step equals torch.optim.Adagrad over 20 steps"""
    param, grads = draws(rng, 20)

    def student(p, g, state, t):
        return submission.adagrad_step(p, g, state, 0.5, 0.01)

    got = walk(student, param, grads, "adagrad_step(...)")
    total = grads.square().cumsum(dim=0)
    count = torch.arange(1, 21, dtype=torch.float64)[:, None, None]
    mistakes = {
        "eps stands outside the root: √s + eps.": param - (0.5 * grads / (total + 0.01).sqrt()).cumsum(dim=0),
        "That is the lecture's mean of the squares; PyTorch takes their sum.": param
        - (0.5 * grads / ((total / count).sqrt() + 0.01)).cumsum(dim=0),
        "The root is missing.": param - (0.5 * grads / (total + 0.01)).cumsum(dim=0),
        "The state is not used: the returned one must hold s.": param
        - (0.5 * grads / (grads.abs() + 0.01)).cumsum(dim=0),
        "s must hold the new gradient before you divide by it.": param
        - (0.5 * grads / ((total - grads.square()).sqrt() + 0.01)).cumsum(dim=0),
    }
    # float64, 20 steps of order 0.5: rounding is near 1e-15
    want = trace(torch_adagrad(0.5, 0.01), param, grads)
    assert_close(got, want, atol=1e-11, what="param after 1, 2, …, 20 steps", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("First of all: g ← grad + weight_decay·param; s takes this g.")
def test_adagrad_step_weight_decay(submission, rng):
    """adagrad_step adds weight_decay·param to the gradient"""
    param, grads = draws(rng, 3)

    def student(p, g, state, t):
        return submission.adagrad_step(p, g, state, 0.5, 0.01, 0.7)

    got = walk(student, param, grads, "adagrad_step(...)")
    mistakes = {
        "weight_decay is not used.": trace(torch_adagrad(0.5, 0.01), param, grads),
        "weight_decay must pull towards 0.": trace(torch_adagrad(0.5, 0.01, -0.7), param, grads),
    }
    want = trace(torch_adagrad(0.5, 0.01, 0.7), param, grads)
    # float64, 3 steps
    assert_close(got, want, atol=1e-12, what="param after 1, 2, 3 steps", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("v ← α·v + (1 − α)·g² from v = 0.", "Divide by √v + eps, root first.")
def test_rmsprop_step_twenty_steps(submission, rng):
    """rmsprop_step equals torch.optim.RMSprop over 20 steps"""
    param, grads = draws(rng, 20)

    def student(p, g, state, t):
        return submission.rmsprop_step(p, g, state, 0.05, 0.8, 0.01)

    got = walk(student, param, grads, "rmsprop_step(...)")

    def variant(*options, **more):
        return trace(torch_rmsprop(*options, **more), param, grads)

    first = grads[0].square()
    mistakes = {
        "That is the lecture's start σ₀ = |g₀|; PyTorch starts from v = 0.": variant(0.05, 0.8, 0.01, start=first),
        "That is the lecture's start σ₀ = |g₀| without eps; PyTorch starts from v = 0.": variant(
            0.05, 0.8, 0.0, start=first
        ),
        "eps stands outside the root: √v + eps.": variant(0.05, 0.8, 0.0, inside=0.01),
        "α and 1 − α are mixed up.": variant(0.05, 0.2, 0.01),
        "The factor 1 − α is missing.": variant(0.05 * 0.2**0.5, 0.8, 0.01 * 0.2**0.5),
        "That is Adagrad: α is not used.": trace(torch_adagrad(0.05, 0.01), param, grads),
    }
    # float64, 20 steps of order 0.1: rounding is near 1e-15
    want = trace(torch_rmsprop(0.05, 0.8, 0.01), param, grads)
    assert_close(got, want, atol=1e-11, what="param after 1, 2, …, 20 steps", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("First of all: g ← grad + weight_decay·param; v takes this g.")
def test_rmsprop_step_weight_decay(submission, rng):
    """rmsprop_step adds weight_decay·param to the gradient"""
    param, grads = draws(rng, 3)

    def student(p, g, state, t):
        return submission.rmsprop_step(p, g, state, 0.05, 0.8, 0.01, 0.7)

    got = walk(student, param, grads, "rmsprop_step(...)")
    mistakes = {
        "weight_decay is not used.": trace(torch_rmsprop(0.05, 0.8, 0.01), param, grads),
        "weight_decay must pull towards 0.": trace(torch_rmsprop(0.05, 0.8, 0.01, -0.7), param, grads),
    }
    want = trace(torch_rmsprop(0.05, 0.8, 0.01, 0.7), param, grads)
    # float64, 3 steps
    assert_close(got, want, atol=1e-12, what="param after 1, 2, 3 steps", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), where t is 1 in the first step.",
    "Keep m and v themselves in the state, not m̂ and v̂.",
    "Divide by √v̂ + eps, root first.",
)
def test_adam_step_twenty_steps(submission, rng):
    """adam_step equals torch.optim.Adam over 20 steps"""
    param, grads = draws(rng, 20)

    def student(p, g, state, t):
        return submission.adam_step(p, g, state, 0.05, (0.7, 0.9), 0.01)

    got = walk(student, param, grads, "adam_step(...)")

    def variant(*options, **more):
        return trace(torch_adam(*options, **more), param, grads)

    mistakes = {
        # after 10,000 steps there is nothing left to correct
        "The bias correction is missing.": variant(0.05, (0.7, 0.9), 0.01, count=10_000),
        "The state must keep m and v, not m̂ and v̂.": variant(0.05, (0.7, 0.9), 0.01, keep=True),
        "t starts from 1: the bias correction is one step ahead.": variant(0.05, (0.7, 0.9), 0.01, count=1),
        "eps stands outside the root: √v̂ + eps.": variant(0.05, (0.7, 0.9), 0.0, inside=0.01),
        "β₁ and β₂ are mixed up.": variant(0.05, (0.9, 0.7), 0.01),
    }
    # float64, 20 steps of order 0.05: rounding is near 1e-15
    want = trace(torch_adam(0.05, (0.7, 0.9), 0.01), param, grads)
    assert_close(got, want, atol=1e-11, what="param after 1, 2, …, 20 steps", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("First of all: g ← grad + weight_decay·param; m and v take this g.")
def test_adam_step_weight_decay(submission, rng):
    """adam_step adds weight_decay·param to the gradient (L2, not AdamW)"""
    param, grads = draws(rng, 3)

    def student(p, g, state, t):
        return submission.adam_step(p, g, state, 0.05, (0.7, 0.9), 0.01, 0.7)

    got = walk(student, param, grads, "adam_step(...)")
    rows, p, step = [], param.clone(), torch_adam(0.05, (0.7, 0.9), 0.01)
    for t, g in enumerate(grads):
        p.mul_(1 - 0.05 * 0.7)
        step(p, g.clone(), t)
        rows.append(p.clone())
    mistakes = {
        "That is AdamW: add weight_decay·param to the gradient instead.": torch.stack(rows),
        "weight_decay is not used.": trace(torch_adam(0.05, (0.7, 0.9), 0.01), param, grads),
        "weight_decay must pull towards 0.": trace(torch_adam(0.05, (0.7, 0.9), 0.01, -0.7), param, grads),
    }
    want = trace(torch_adam(0.05, (0.7, 0.9), 0.01, 0.7), param, grads)
    # float64, 3 steps
    assert_close(got, want, atol=1e-12, what="param after 1, 2, 3 steps", mistakes=mistakes)
