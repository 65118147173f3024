"""Sinusoidal positions: the formula, and that they tell the order."""

import math

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, check_tensor


def table(length, width, first=0, exponent=lambda j: j - j % 2, divisor=None, waves=(math.sin, math.cos)):
    """P[p, j], number by number: a wave of (p + first) / 10000^(exponent(j) / divisor)."""
    divisor = divisor or width
    rows = range(first, first + length)
    return torch.tensor([[waves[j % 2](p / 10000 ** (exponent(j) / divisor)) for j in range(width)] for p in rows])


def halves(length, width):
    """All the sines, then all the cosines."""
    mixed = table(length, width)
    return torch.cat([mixed[:, 0::2], mixed[:, 1::2]], dim=1)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "Columns 0, 2, 4, … are sines, columns 1, 3, 5, … cosines; a sine and its cosine have one frequency.",
    "The exponent of pair i is 2i/D, and positions count from 0.",
)
def test_sinusoidal_positions_value(submission):
    """sinusoidal_positions: sines in the even columns, cosines of the same angles in the odd ones"""
    got = submission.sinusoidal_positions(11, 6)
    mistakes = {
        "Sine and cosine are swapped: the even columns are sines.": table(11, 6, waves=(math.cos, math.sin)),
        "Odd columns are cosines: these are sines everywhere.": table(11, 6, waves=(math.sin,) * 2),
        "The exponent 2i/D is no whole number: don't round it.": table(11, 6, exponent=lambda j: 0),
        "Sines and cosines take turns; they are not two halves.": halves(11, 6),
        "Positions count from 0, not from 1.": table(11, 6, first=1),
        "A pair has one frequency: 2i is the same for both columns.": table(11, 6, exponent=lambda j: j),
        "The exponent of pair i is 2i/D, not i/D.": table(11, 6, exponent=lambda j: j // 2),
        "The exponent of pair i is 2i/D, with 2i = 0, 2, 4, …; it is twice too large.": table(
            11, 6, exponent=lambda j: 2 * (j - j % 2)
        ),
        "Divide by D, the whole width, not by D/2.": table(11, 6, divisor=3),
        "Divide by D, not by D − 2 or D − 1.": table(11, 6, divisor=4),
        "Divide by D, not by D − 1.": table(11, 6, divisor=5),
        "The angle is p divided by the power of 10000, not multiplied by it.": table(11, 6, divisor=-6),
    }
    # float32, angles up to 10: their rounding is near 1e-6
    assert_close(got, table(11, 6), atol=1e-5, what="sinusoidal_positions(11, 6)", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("With an odd D there is one sine more than there are cosines.")
def test_sinusoidal_positions_odd_width(submission):
    """sinusoidal_positions: an odd width ends with a sine; one position and one column work too"""
    for length, width in ((7, 5), (5, 1), (1, 3), (1, 2)):
        got = submission.sinusoidal_positions(length, width)
        mistakes = {}
        if width > 2:
            mistakes = {
                "The last column of an odd D is a sine.": torch.cat(
                    [table(length, width)[:, :-1], table(length, width, waves=(math.cos,) * 2)[:, -1:]], dim=1
                ),
                "The exponent divides by D itself, not by the next even number.": table(
                    length, width, divisor=width + 1
                ),
            }
        # float32, angles up to 7
        what = f"sinusoidal_positions({length}, {width})"
        assert_close(got, table(length, width), atol=1e-5, what=what, mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("No two positions may have the same row, also in a long sequence.")
def test_sinusoidal_positions_order(submission):
    """sinusoidal_positions tells attention the order, and no two positions look alike"""
    what = "sinusoidal_positions(127, 6)"
    positions = check_tensor(submission.sinusoidal_positions(127, 6), shape=(127, 6), dtype=torch.float32, what=what)
    apart = torch.cdist(positions, positions) + 9.0 * torch.eye(127)
    if apart.min() < 0.005:  # neighbours are 0.04 apart in the slower columns and 1 in the fastest
        i, j = divmod(int(apart.argmin()), 127)
        raise CheckFailed(f"Positions {i} and {j} have the same row: attention cannot tell them apart.")

    x = table(7, 6, first=20)  # any sequence whose rows differ
    order = torch.tensor([3, 0, 6, 2, 5, 1, 4])

    def attended(t):
        return F.scaled_dot_product_attention(t[None], t[None], t[None])[0]

    # float32: without positions the order makes no difference beyond rounding
    assert_close(attended(x[order]), attended(x)[order], atol=1e-5, what="attention without positions")
    change = attended(x[order] + positions[:7]) - attended(x + positions[:7])[order]
    if change.abs().max() < 0.1:
        raise CheckFailed("With these positions added, attention still does not know the order of a sequence.")
