"""Hard and soft sigmoids: broadcasting and large numbers."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_tensor

pytestmark = pytest.mark.hidden


@pytest.mark.points("0.5")
def test_hard_sigmoid_broadcast(submission, rng):
    """hard_sigmoid broadcasts: a column of x and a row of parameters make a table"""
    x = torch.randn(7, 1, generator=rng, dtype=torch.float64) * 3
    w, b, c = (torch.randn(5, generator=rng, dtype=torch.float64) + 2 for _ in range(3))
    got = submission.hard_sigmoid(x, w, b, c)
    check_tensor(got, shape=(7, 5), dtype=torch.float64, what="hard_sigmoid of x (7, 1) and w, b, c (5,)")
    ramp = ((b + w * x) / 6 + 0.5).clamp(0, 1)
    # float64; the difference of two ReLUs near 50 costs two digits
    assert_close(got, c * ramp, atol=1e-12, what="hard_sigmoid of x (7, 1) and w, b, c (5,)")


@pytest.mark.points(1)
def test_sum_of_sigmoids_large(submission, rng):
    """sum_of_sigmoids and its gradients stay finite for large numbers"""
    values = ([-1000.0, -1.0, 0.0, 1.0, 1000.0], [2.0, -3.0], [0.0, 0.5], [1.0, -1.0])
    x, c, b, w = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in values)
    y = submission.sum_of_sigmoids(x, c, b, w, 0.25)
    check_tensor(y, shape=(5,), dtype=torch.float64, what="sum_of_sigmoids for x up to ±1000")
    s = (1 + torch.tanh(torch.stack([x.detach(), 0.5 - x.detach()]) / 2)) / 2  # the two sigmoids, (2, 5)
    # float64 and values up to 3
    what = "sum_of_sigmoids for x up to ±1000"
    assert_close(y.detach(), 0.25 + 2 * s[0] - 3 * s[1], atol=1e-12, what=what)
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd")
    v = torch.randn(5, generator=rng, dtype=torch.float64)
    dx, dc = torch.autograd.grad(y, (x, c), v)
    slope = s * (1 - s)
    assert_close(dx, v * (2 * slope[0] + 3 * slope[1]), atol=1e-12, what="the gradient with respect to x")
    assert_close(dc, s @ v, atol=1e-12, what="the gradient with respect to c")
