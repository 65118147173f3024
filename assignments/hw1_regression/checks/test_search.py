"""Search without a gradient: the error surface and the coarse-to-fine search."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_number, check_type


def surface(ws, bs, x, y):
    """The mean squared error multiplied out: a quadratic in w and b whose coefficients are means."""
    w, b = ws[:, None], bs[None, :]
    quadratic = w**2 * (x * x).mean() + b**2 + 2 * w * b * x.mean()
    return quadratic - 2 * w * (x * y).mean() - 2 * b * y.mean() + (y * y).mean()


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "Two loops over ws and bs are a fine start; the result is (W, B).",
    "Without loops: shape ws as (W, 1, 1), bs as (1, B, 1) and x as (N,), then average over the last axis.",
)
def test_loss_surface_value(submission, rng):
    """loss_surface holds the mean squared error of every pair (w, b)"""
    ws, bs, x, y = (torch.randn(n, generator=rng, dtype=torch.float64) + 0.5 for n in (5, 7, 11, 11))
    got = submission.loss_surface(ws, bs, x, y)
    want = surface(ws, bs, x, y)
    errors = (y - bs[None, :, None] - ws[:, None, None] * x).abs()
    mistakes = {
        "The result is (B, W); weights go along the rows.": want.T,
        "The squared errors are summed, not averaged.": 11 * want,
        "That is the mean absolute error; square the errors.": errors.mean(dim=-1),
        "There is no factor 1/2 in this loss.": want / 2,
        "That is the root of the mean squared error; leave out the root.": want.sqrt(),
    }
    # float64; multiplied out the closed form loses a digit or two of its 16
    assert_close(got, want, atol=1e-10, what="loss_surface(ws, bs, x, y)", mistakes=mistakes)
    assert_unchanged(submission)


def probe(f):
    """f, and the list of the points where it is called; None stands for what is not one number."""
    points = []

    def recorded(point):
        single = isinstance(point, (int, float)) or (isinstance(point, torch.Tensor) and point.numel() == 1)
        points.append(float(point) if single else None)
        return f(points[-1]) if single else 0.0

    return recorded, points


def check_calls(points, count):
    if None in points:
        raise CheckFailed("f takes one number; call it once for each point")
    check_equal(len(points), count, what="the number of calls of f")


@pytest.mark.points(1)
@pytest.mark.hint("n points make n − 1 intervals: h = (hi − lo) / (n − 1).")
def test_coarse_to_fine_search_grid(submission, rng):
    """coarse_to_fine_search tries n equally spaced points, both ends included"""
    lo = float(torch.rand((), generator=rng)) - 3.0
    hi, n = lo + 3.6, 7
    f, points = probe(lambda t: abs(t - lo - 2.0))  # the grid is lo, lo + 0.6, …: lo + 1.8 is the nearest point
    best = submission.coarse_to_fine_search(f, lo, hi, n, 1)
    check_calls(points, n)
    got = torch.tensor(sorted(points), dtype=torch.float64)
    steps = torch.arange(n, dtype=torch.float64)
    mistakes = {
        "The right end is missing: n points make n − 1 intervals.": lo + steps * 3.6 / 7,
        "The left end is missing: n points make n − 1 intervals.": lo + (steps + 1) * 3.6 / 7,
        "These are the middles of n intervals; take n points, both ends included.": lo + (steps + 0.5) * 3.6 / 7,
    }
    # a grid in float32 is accurate enough
    assert_close(got, lo + steps * 0.6, atol=1e-5, what="the points of the first round", mistakes=mistakes)
    check_type(best, float, what="the result")
    mistakes = {"That is the lowest value of f; return the point where it is.": 0.2}
    check_number(best, lo + 1.8, atol=1e-5, what="the best point", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint(
    "The next interval reaches from one neighbour of the best point to the other: best ± h.",
    "By default n is 16: the middle of the next interval is then none of its points.",
)
def test_coarse_to_fine_search_refines(submission, rng):
    """coarse_to_fine_search looks closer around the best point in every round"""
    forgets = {"A round may find nothing better: keep the best point of all rounds.": 11 / 9}
    examples = [  # lo, hi, n, rounds, where the minimum is, the result, mistakes
        (0.0, 4.0, 5, 3, 0.8, 0.75, {}),
        (0.0, 8.0, 9, 2, 5.3, 5.25, {}),
        (-3.0, 3.0, 4, 3, 1.2, 1.0, forgets),
    ]
    for lo, hi, n, rounds, middle, want, mistakes in examples:
        f, points = probe(lambda t, middle=middle: (t - middle) ** 2)
        best = submission.coarse_to_fine_search(f, lo, hi, n, rounds)
        check_calls(points, n * rounds)
        # a grid in float32 is accurate enough
        what = f"coarse_to_fine_search(lambda t: (t − {middle})**2, {lo}, {hi}, n={n}, rounds={rounds})"
        check_number(best, want, atol=1e-5, what=what, mistakes=mistakes)
    middle = float(torch.rand((), generator=rng)) * 8 - 4
    f, points = probe(lambda t: 3 + (t - middle) ** 2)
    best = submission.coarse_to_fine_search(f, -5.0, 5.0)
    check_calls(points, 16 * 3)
    # the last round's points lie 10/15 · (2/15)² apart, and the minimum between two of them
    half = 10 / 15 * (2 / 15) ** 2 / 2
    check_number(best, middle, atol=half + 1e-5, what="the result with n=16, rounds=3")
