"""The error surface and the coarse-to-fine search at their edges."""

import math

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_number

pytestmark = pytest.mark.hidden


@pytest.mark.points("0.5")
def test_loss_surface_shapes(submission, reference, rng):
    """loss_surface takes one weight, one bias, one example, float32 and strided tensors"""
    for sizes in ((1, 7, 5), (5, 1, 3), (3, 5, 1), (1, 1, 1)):
        ws, bs = (torch.randn(n, generator=rng) for n in sizes[:2])
        x, y = (torch.randn(2 * sizes[2], generator=rng)[::2] for _ in range(2))
        got = submission.loss_surface(ws, bs, x, y)
        # float32 and squares up to about 100
        what = "loss_surface for W={}, B={}, N={}".format(*sizes)
        assert_close(got, reference.loss_surface(ws, bs, x, y), atol=1e-4, what=what)


@pytest.mark.points("0.5")
def test_coarse_to_fine_search_edges(submission, reference, rng):
    """coarse_to_fine_search stays inside [lo, hi], keeps the first of equal points and refuses bad counts"""
    points = []

    def rising(t):
        points.append(float(t))
        return float(t)

    got = submission.coarse_to_fine_search(rising, 2.0, 5.0, 4, 2)
    check_number(got, 2.0, atol=1e-6, what="the search of f(t) = t on [2, 5]")
    if min(points) < 2.0 - 1e-6 or max(points) > 5.0 + 1e-6:
        raise CheckFailed("f was called outside [lo, hi]; clip the next interval")
    got = submission.coarse_to_fine_search(lambda t: 1.0, -3.0, 4.0, 5, 2)
    check_number(got, -3.0, atol=1e-6, what="the search of a constant on [-3, 4] (the first point wins a tie)")
    phase = float(torch.rand((), generator=rng)) * 4 - 2

    def bumpy(t):
        return (float(t) - phase) ** 2 / 2 + math.sin(7 * float(t))

    got = submission.coarse_to_fine_search(bumpy, -6.0, 6.0, 9, 4)
    want = reference.coarse_to_fine_search(bumpy, -6.0, 6.0, 9, 4)
    check_number(got, want, atol=1e-4, what="the search of a curve with many minima")
    for n, rounds in ((1, 3), (4, 0)):
        try:
            submission.coarse_to_fine_search(lambda t: 1.0, 0.0, 1.0, n, rounds)
        except ValueError:
            continue
        raise CheckFailed(f"coarse_to_fine_search must raise ValueError for n={n}, rounds={rounds}")
