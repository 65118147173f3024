"""Sinusoidal positions: long tables, and what the dot product of two rows depends on."""

import math

import pytest
import torch

from grader.checkers import assert_close, check_tensor

pytestmark = pytest.mark.hidden


@pytest.mark.points("0.5")
@pytest.mark.hint("sin a sin b + cos a cos b = cos(a − b): a sine and its cosine have the same angle.")
def test_sinusoidal_positions_distance(submission):
    """sinusoidal_positions: the dot product of two rows depends on their distance alone"""
    p = check_tensor(
        submission.sinusoidal_positions(23, 10),
        shape=(23, 10),
        dtype=torch.float32,
        what="sinusoidal_positions(23, 10)",
    )
    i = torch.arange(23)
    products = p @ p.T
    # float32, sums of ten products
    what = "the dot products of the rows of sinusoidal_positions(23, 10)"
    assert_close(products, products[0][(i[:, None] - i).abs()], atol=1e-4, what=what)
    want = torch.tensor([sum(math.cos(d / 10000 ** (2 * n / 10)) for n in range(5)) for d in range(23)])
    assert_close(products[0], want, atol=1e-4, what=f"{what[:16]} with the first one")


@pytest.mark.points("0.5")
@pytest.mark.hint("Position 996 has the angle 996 in its first pair; don't wrap or clip.")
def test_sinusoidal_positions_long(submission):
    """sinusoidal_positions is right far from the start, for even and odd widths"""
    for width in (12, 7):
        got = submission.sinusoidal_positions(997, width)
        want = torch.tensor(
            [
                [(math.cos if j % 2 else math.sin)(p / 10000 ** ((j - j % 2) / width)) for j in range(width)]
                for p in range(997)
            ]
        )
        # float32: an angle of 997 is known to 1e-4 at best
        assert_close(got, want, atol=1e-3, what=f"sinusoidal_positions(997, {width})")
