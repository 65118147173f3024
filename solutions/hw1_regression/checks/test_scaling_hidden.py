"""The scalers: fitting anew, one row, tiny columns, and no fit at all."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close

pytestmark = pytest.mark.hidden


def edge_cases(scaler, rng, low, high, what):
    """What both scalers share; ``low`` and ``high`` are what the rows −1 and 1 become."""
    scaler.fit(torch.randn(5, 2, generator=rng, dtype=torch.float64) * 9)
    # tiny, but not constant: only a column whose values are all equal is constant
    scale = torch.tensor([1e-9, 1e9], dtype=torch.float64)
    rows = torch.tensor([[-1.0, 1.0], [1.0, -1.0]], dtype=torch.float64)
    scaler.fit(rows * scale)
    want = torch.where(rows > 0, high, low).to(torch.float64)
    # float64; tiny numbers lose no digits
    assert_close(scaler.transform(rows * scale), want, atol=1e-9, what=f"{what} after a second fit")


def refuses(scaler, what):
    try:
        scaler.transform(torch.zeros(2, 3))
    except RuntimeError:
        return
    raise CheckFailed(f"{what}.transform must raise RuntimeError before fit")


@pytest.mark.points(1)
def test_standardizer_edges(submission, rng):
    """Standardizer can be fitted anew, on one row and on tiny columns, and must be fitted first"""
    edge_cases(submission.Standardizer(), rng, torch.tensor(-1.0), torch.tensor(1.0), "Standardizer")
    scaler = submission.Standardizer().fit(torch.tensor([[4.0, 5.0]]))
    got = scaler.transform(torch.tensor([[6.0, 5.0]]))
    assert_close(got, torch.tensor([[2.0, 0.0]]), atol=1e-6, what="Standardizer after a fit on one row")
    refuses(submission.Standardizer(), "Standardizer")


@pytest.mark.points("0.5")
def test_minmax_scaler_edges(submission, rng):
    """MinMaxScaler can be fitted anew and on tiny columns, and must be fitted first"""
    edge_cases(submission.MinMaxScaler(), rng, torch.tensor(0.0), torch.tensor(1.0), "MinMaxScaler")
    refuses(submission.MinMaxScaler(), "MinMaxScaler")
