"""Gradient descent, mini-batches, the learning-rate schedule and the moving average."""

from itertools import islice

import pytest
import torch

from grader.checkers import (
    CheckFailed,
    assert_close,
    assert_unchanged,
    check_equal,
    check_number,
    check_tensor,
    check_type,
)


def descend(submission, grad_fn, theta0, **options):
    """(theta, history) and the number of calls of grad_fn; types are looked at first."""
    calls = []

    def counted(theta):
        calls.append(theta)
        return grad_fn(theta)

    result = submission.gradient_descent(counted, theta0, **options)
    what = "gradient_descent(...)"
    check_equal(len(check_type(result, tuple, what=what)), 2, what=f"the length of {what}")
    return *result, len(calls)


@pytest.mark.points(1)
@pytest.mark.hint("history[0] is theta0, and history[t] is θ after t updates.")
def test_gradient_descent_path(submission, rng):
    """gradient_descent walks downhill and records every θ, theta0 included"""
    curvature = torch.tensor([0.5, 1.0, 1.7], dtype=torch.float64)
    theta0, bottom = (torch.randn(3, generator=rng, dtype=torch.float64) for _ in range(2))
    theta, history, _ = descend(
        submission, lambda t: curvature * (t - bottom), theta0.clone(), lr=0.3, max_steps=11, tol=0.0
    )

    def path(rate):  # every coordinate's distance to the bottom shrinks by one factor a step
        steps = torch.arange(12, dtype=torch.float64)[:, None]
        return bottom + (1 - rate * curvature) ** steps * (theta0 - bottom)

    mistakes = {
        "theta0 is missing from the history.": path(0.3)[1:],
        "The last θ is missing from the history.": path(0.3)[:-1],
        "It walks uphill: θ − lr·g, not θ + lr·g.": path(-0.3),
        "The learning rate is not used.": path(1.0),
        "Every row is the last θ: an update in place changes what is in the history too.": path(0.3)[-1:].repeat(12, 1),
    }
    # float64 and 11 steps that shrink the error
    assert_close(history, path(0.3), atol=1e-11, what="history", mistakes=mistakes)
    assert_close(theta, path(0.3)[-1], atol=1e-11, what="theta", mistakes={"That is theta0.": theta0})
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("‖g‖₂ is the root of the sum of squares.", "Look at g before the update, and use ≤.")
def test_gradient_descent_stops(submission):
    """gradient_descent stops before an update when the gradient's norm is at most tol"""
    theta0 = torch.tensor([3.0, 4.0], dtype=torch.float64)
    # the gradient is θ and lr is 1/2, so the norm is 5, 2.5, 1.25, 0.625, … (exact in binary)
    for tol, updates in ((4.5, 1), (2.2, 2), (0.7, 3), (9.0, 0), (1.25, 2)):
        theta, history, _ = descend(submission, torch.clone, theta0.clone(), lr=0.5, max_steps=20, tol=tol)
        want = theta0 * 0.5 ** torch.arange(updates + 1, dtype=torch.float64)[:, None]
        what = f"history for the gradient norms 5, 2.5, 1.25, 0.625, … and tol={tol}"
        later = torch.cat([want, want[-1:] / 2])
        mistakes = {
            "One update too many: stop at the θ whose gradient is small enough (≤ tol), before the update.": later,
            "One update too few: look at the gradient at θ itself, and take its Euclidean norm.": want[:-1],
        }
        assert_close(history, want, atol=1e-12, what=what, mistakes=mistakes)  # powers of two: exact
        assert_close(theta, want[-1], atol=1e-12, what=f"theta for tol={tol}")


@pytest.mark.points("0.5")
@pytest.mark.hint("After the last update no gradient is needed.")
def test_gradient_descent_max_steps(submission, rng):
    """gradient_descent makes at most max_steps updates and calls of grad_fn"""
    theta0 = torch.randn(5, generator=rng, dtype=torch.float64)
    for steps in (0, 1, 4):
        theta, history, calls = descend(submission, torch.ones_like, theta0.clone(), lr=0.25, max_steps=steps, tol=1e-3)
        want = theta0 - 0.25 * torch.arange(steps + 1, dtype=torch.float64)[:, None]
        # float64 and four subtractions
        assert_close(history, want, atol=1e-12, what=f"history for max_steps={steps}")
        assert_close(theta, want[-1], atol=1e-12, what=f"theta for max_steps={steps}")
        if calls > steps:
            raise CheckFailed(
                f"grad_fn was called more than max_steps times, {calls} for max_steps={steps}: a call is expensive"
            )


def batches_of(iterator, sizes, what):
    """All batches, after their number, shapes and dtype have been looked at."""
    batches = list(islice(iterator, len(sizes) + 10))  # an iterator may have no end
    check_equal(len(batches), len(sizes), what=f"the number of batches of {what}")
    for i, (batch, size) in enumerate(zip(batches, sizes, strict=True)):
        check_tensor(batch, shape=(size,), dtype=torch.int64, what=f"batch {i} of {what}")
    return torch.cat(batches)


@pytest.mark.points(1)
@pytest.mark.hint("The last batch holds what is left over.", "drop_last only drops a batch that is too small.")
def test_minibatches_order(submission):
    """minibatches cuts 0, 1, …, n − 1 into batches"""
    for n, size, drop, sizes in (
        (13, 5, False, (5, 5, 3)),
        (13, 5, True, (5, 5)),
        (12, 4, False, (4, 4, 4)),
        (12, 4, True, (4, 4, 4)),
    ):
        what = f"minibatches({n}, {size}, shuffle=False, generator=None, drop_last={drop})"
        got = batches_of(submission.minibatches(n, size, False, None, drop), sizes, what)
        assert_close(got, torch.arange(sum(sizes)), atol=0, what=f"all indices of {what}")


@pytest.mark.points(1)
@pytest.mark.hint(
    "Shuffle once per epoch, then cut; don't draw each batch by itself.",
    "torch.randperm takes the generator: each epoch moves it on, so the next order differs.",
)
def test_minibatches_shuffle(submission, rng):
    """minibatches shuffles every epoch anew, by the generator"""
    seed = int(torch.randint(2**31, (), generator=rng))
    generator, same = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    what = "minibatches(23, 7, shuffle=True, generator)"
    first, second = (batches_of(submission.minibatches(23, 7, True, generator), (7, 7, 7, 2), what) for _ in range(2))
    ordered = first.sort().values
    assert_close(ordered, torch.arange(23), atol=0, what=f"the sorted indices of one epoch of {what}")
    if torch.equal(first, ordered):
        raise CheckFailed(f"{what}: the order is not shuffled")
    if torch.equal(first, second):
        raise CheckFailed(f"{what}: two epochs have the same order; use the generator as it is, don't seed it")
    for name, got in (("first", first), ("second", second)):
        want = torch.randperm(23, generator=same)
        what = f"the {name} epoch (the handout asks for torch.randperm(n, generator=generator), drawn once)"
        assert_close(got, want, atol=0, what=what)


@pytest.mark.points(1)
@pytest.mark.hint("t = step + 1: the first update has step 0.", "min of a rising and a falling line: t/W and √(W/t).")
def test_warmup_decay_lr_value(submission):
    """warmup_decay_lr rises to base_lr, then falls as 1/√step"""
    for step, want in ((0, 0.1), (1, 0.2), (3, 0.4), (4, 0.4 * 0.8**0.5), (15, 0.2), (63, 0.1), (399, 0.04)):
        lr = submission.warmup_decay_lr(step, 4, 0.4)
        what = f"warmup_decay_lr(step={step}, warmup_steps=4, base_lr=0.4)"
        if step < 4:
            mistakes = {
                "step counts from 0, so t = step + 1.": 0.4 * step / 4,
                "It rises along a line, not along a parabola.": 0.4 * ((step + 1) / 4) ** 2,
                "There is no warm-up.": 0.4,
            }
        else:
            mistakes = {
                "After the warm-up it must fall.": 0.4,
                "It falls too fast: with 1/√t, not with 1/t.": 0.4 * 4 / (step + 1),
                "step counts from 0, so t = step + 1.": 0.4 * (4 / step) ** 0.5,
            }
        check_type(lr, float, what=what)
        check_number(lr, want, atol=1e-12, what=what, mistakes=mistakes)  # a few operations in float64


@pytest.mark.points(1)
@pytest.mark.hint("m₀ = x₀.", "β is the share of the past, 1 − β that of the new value.")
def test_ema_value(submission, rng):
    """ema starts at the first value and moves by 1 − β towards each new one"""
    x = torch.tensor([4.0, 0.0, 8.0, 2.0, -6.0])
    mistakes = {
        "It starts at 0; start at x₀.": torch.tensor([1.0, 0.75, 2.5625, 2.421875, 0.31640625]),
        "That is the bias-corrected average; start at x₀ instead.": torch.tensor(
            [4.0, 1.7142857, 4.4324324, 3.5428571, 0.41485275]
        ),
        "β and 1 − β are mixed up.": torch.tensor([4.0, 1.0, 6.25, 3.0625, -3.734375]),
    }
    want = torch.tensor([4.0, 3.0, 4.25, 3.6875, 1.265625])
    # float32 and numbers of order 1
    assert_close(submission.ema(x, 0.75), want, atol=1e-5, what=f"ema of {x.tolist()}, 0.75", mistakes=mistakes)
    x = torch.randn(23, generator=rng) + 1
    average = check_tensor(submission.ema(x, 0.9), shape=(23,), dtype=torch.float32, what="ema(x, 0.9)")
    assert_close(average[:1], x[:1], atol=1e-6, what="the first average")
    moves = average[1:] - average[:-1]
    what = "how far each average moves: 1 − β of the way to the new value"
    assert_close(moves, 0.1 * (x[1:] - average[:-1]), atol=1e-5, what=what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Collect the averages in a list and torch.stack them: that keeps the graph.")
def test_ema_gradient(submission, rng):
    """ema can be differentiated"""
    x = torch.randn(7, generator=rng, dtype=torch.float64, requires_grad=True)
    v = torch.randn(7, generator=rng, dtype=torch.float64)
    average = submission.ema(x, 0.7)
    check_tensor(average, shape=(7,), dtype=torch.float64, what="ema(x, 0.7)")
    if not average.requires_grad:
        raise CheckFailed("ema(x, 0.7) is cut off from autograd; is there an item() or a torch.tensor()?")
    (got,) = torch.autograd.grad(average, x, v)
    # ema is linear in x: what it makes of a single 1 at place i is column i of its Jacobian
    columns = [submission.ema(unit, 0.7) for unit in torch.eye(7, dtype=torch.float64)]
    want = torch.stack([check_tensor(column, shape=(7,)) @ v for column in columns])
    # float64 and sums of 7 terms
    assert_close(got, want, atol=1e-12, what="the gradient with respect to x")
