"""Gradient descent, mini-batches, schedule and moving average at their edges."""

from itertools import islice

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_equal, check_number, check_tensor, check_type

pytestmark = pytest.mark.hidden


@pytest.mark.points(1)
def test_gradient_descent_hills(submission, reference, rng):
    """gradient_descent follows a curve whose gradient rises before it falls"""
    # in float32 rounding could decide where it stops: there tol is 0
    for size, dtype, tol, atol in ((1, torch.float64, 0.01, 1e-9), (5, torch.float32, 0.0, 1e-4)):
        theta0 = torch.full((size,), 3.0, dtype=dtype) + torch.rand(size, generator=rng).to(dtype) / 8

        def slope(theta):  # the slope of −cos: 0.1 at the top, 1 on the way down
            return torch.sin(theta)

        got = submission.gradient_descent(slope, theta0.clone(), 0.3, 30, tol)
        want = reference.gradient_descent(slope, theta0, 0.3, 30, tol)
        check_equal(len(check_type(got, tuple)), 2, what="the length of gradient_descent(...)")
        # the path is stable (|1 − lr·cos| ≤ 1.3): at most 12 steps let rounding grow
        for name, g, expected in zip(("theta", "history"), got, want, strict=True):
            assert_close(g, expected, atol=atol, what=f"{name} for {size} parameters in {dtype}")


@pytest.mark.points("0.5")
def test_minibatches_edges(submission, rng):
    """minibatches handles small data, a bad batch size and no generator, and draws for a shuffle only"""
    generator = torch.Generator().manual_seed(int(torch.randint(2**31, (), generator=rng)))
    before = generator.get_state()
    for n, size, drop, sizes in ((3, 7, False, [3]), (3, 7, True, []), (0, 4, False, []), (5, 1, True, [1] * 5)):
        # an iterator may have no end
        batches = list(islice(submission.minibatches(n, size, False, generator, drop), len(sizes) + 10))
        what = f"minibatches({n}, {size}, shuffle=False, generator, drop_last={drop})"
        check_equal(len(batches), len(sizes), what=f"the number of batches of {what}")
        for batch, length in zip(batches, sizes, strict=True):
            check_tensor(batch, shape=(length,), dtype=torch.int64, what=f"a batch of {what}")
    if not torch.equal(generator.get_state(), before):
        raise CheckFailed("without shuffle the generator must not be used")
    first = [int(b[0]) for b in islice(submission.minibatches(7, 2, True, generator, True), 10)]
    check_equal(len(set(first)), 3, what="the number of different first indices of 3 shuffled batches")
    whole = list(islice(submission.minibatches(7, 7, True, None), 10))
    check_equal(len(whole), 1, what="the number of batches of minibatches(7, 7, shuffle=True, generator=None)")
    assert_close(whole[0].sort().values, torch.arange(7), atol=0, what="the sorted indices with generator=None")
    try:
        list(islice(submission.minibatches(5, 0, False, None), 10))
    except ValueError:
        return
    raise CheckFailed("minibatches must raise ValueError for batch_size=0")


@pytest.mark.points("0.5")
def test_warmup_decay_lr_edges(submission, reference):
    """warmup_decay_lr works without a warm-up and refuses negative steps"""
    for step, warmup in ((0, 0), (3, 0), (0, 1), (8, 1), (10**6, 7)):
        got = submission.warmup_decay_lr(step, warmup, 0.3)
        what = f"warmup_decay_lr({step}, {warmup}, 0.3)"
        # a few operations in float64
        check_number(got, reference.warmup_decay_lr(step, warmup, 0.3), atol=1e-12, what=what)
    for step, warmup in ((-1, 4), (3, -2)):
        try:
            submission.warmup_decay_lr(step, warmup, 0.3)
        except ValueError:
            continue
        raise CheckFailed(f"warmup_decay_lr must raise ValueError for step={step}, warmup_steps={warmup}")


@pytest.mark.points("0.5")
def test_ema_edges(submission, rng):
    """ema keeps a constant series, and knows β = 0, β = 1 and a single value"""
    constant = torch.full((7,), 2.5, dtype=torch.float64)
    # float64 and numbers of order 1
    assert_close(submission.ema(constant, 0.9), constant, atol=1e-12, what="ema of a constant series")
    x = torch.randn(14, generator=rng, dtype=torch.float64)[::2]
    assert_close(submission.ema(x, 0.0), x, atol=1e-12, what="ema(x, 0)")
    assert_close(submission.ema(x, 1.0), x[:1].expand(7).clone(), atol=1e-12, what="ema(x, 1)")
    assert_close(submission.ema(x[:1], 0.3), x[:1], atol=1e-12, what="ema of one value")
