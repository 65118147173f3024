"""Feature scaling with the statistics of the training data."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import assert_close, assert_unchanged, check_tensor


@pytest.mark.points(1)
@pytest.mark.hint("Column by column: dim=0.", "The biased deviation divides by N, not by N − 1 (correction=0).")
def test_standardizer_value(submission, rng):
    """Standardizer gives each training column mean 0 and deviation 1"""
    x = torch.randn(7, 5, generator=rng, dtype=torch.float64)
    x = x * torch.tensor([0.01, 0.3, 1.0, 4.0, 900.0]) + torch.tensor([5.0, -2.0, 0.0, 70.0, 1e4])
    got = submission.Standardizer().fit(x.clone()).transform(x.clone())
    want = F.layer_norm(x.T, (7,), eps=0.0).T
    mistakes = {
        "The deviation is the biased one, divided by N, not by N − 1.": want * (6 / 7) ** 0.5,
        "Divide by the standard deviation, not by the variance.": want / x.std(dim=0, correction=0),
        "The mean is not subtracted.": x / x.std(dim=0, correction=0),
        "Each column has its own mean and deviation: dim=0.": (x - x.mean()) / x.std(correction=0),
        "The statistics are those of columns, dim=0, not of rows.": F.layer_norm(x, (5,), eps=0.0),
    }
    # float64; the means are up to 500 deviations large, which costs three of 16 digits
    what = "Standardizer().fit(x).transform(x)"
    assert_close(got, want, atol=1e-10, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("transform must use what fit has stored, and nothing of its own argument.")
def test_standardizer_train_statistics(submission, rng):
    """Standardizer scales other data by the training data's mean and deviation"""
    mu, sigma = torch.randn(3, generator=rng) * 5, 1 + torch.rand(3, generator=rng)
    signs = torch.tensor([1.0, 1.0, -1.0, 1.0, -1.0, -1.0])[:, None]
    train = mu + sigma * signs  # its mean is mu and its biased deviation sigma, exactly
    z = torch.randn(4, 3, generator=rng) * 2 + 1
    z[1, 0], z[3, 2] = 4.5, -4.0  # beyond the range of the training data
    test = mu + sigma * z
    scaler = submission.Standardizer().fit(train)
    got = scaler.transform(test.clone())
    own = F.layer_norm(test.T, (4,), eps=0.0).T
    mistakes = {
        "That is scaled by the test data's own statistics: a leak.": own,
        "The deviation is the biased one, divided by N, not by N − 1.": z * (5 / 6) ** 0.5,
        "Don't clip outliers.": z.clamp(-3, 3),
    }
    # float32 and numbers up to 20 before the mean is subtracted
    assert_close(got, z, atol=2e-5, what="transform(test) after fit(train)", mistakes=mistakes)
    one = scaler.transform(test[2:3])
    assert_close(one, z[2:3], atol=2e-5, what="transform(test) for one row")


@pytest.mark.points("0.5")
@pytest.mark.hint("In float32 the deviation of 211 times 0.1 is about 1e-8, not 0: compare max and min.")
def test_standardizer_constant_column(submission, rng):
    """Standardizer survives constant columns"""
    constants = torch.tensor([0.1, 0.7, 2.3, -1.7])
    train = torch.cat([constants.repeat(211, 1), torch.randn(211, 1, generator=rng)], dim=1)
    test = torch.cat([constants + torch.tensor([2.0, 0.0, -2.0, 0.5]), torch.zeros(1)])[None]
    scaler = submission.Standardizer().fit(train)
    got = check_tensor(scaler.transform(train), shape=(211, 5), dtype=torch.float32, what="transform(train)")
    # float32: a mean of order 1 over 211 rows may be off by a few 1e-7
    what = "the constant columns of transform(train)"
    assert_close(got[:, :4], torch.zeros(211, 4), atol=1e-5, what=what)
    got = check_tensor(scaler.transform(test), shape=(1, 5), dtype=torch.float32, what="transform(test)")
    want = torch.tensor([[2.0, 0.0, -2.0, 0.5]])
    mistakes = {"A constant column has σ = 1, so a test value becomes x − μ, not 0.": 0.0}
    what = "the constant columns of transform(test)"
    assert_close(got[:, :4], want, atol=1e-5, what=what, mistakes=mistakes)
    # the same for a single column, where PyTorch's own std leaves noise too
    got = submission.Standardizer().fit(torch.full((13, 1), 0.1)).transform(torch.tensor([[0.6]]))
    assert_close(got, torch.tensor([[0.5]]), atol=1e-5, what="a single column that is constant")


@pytest.mark.points(1)
@pytest.mark.hint("x' = (x − min) / (max − min), column by column, min and max from fit.", "Don't clip.")
def test_minmax_scaler_value(submission, rng):
    """MinMaxScaler maps the training data to [0, 1] and other data by the same rule"""
    low, span = torch.randn(3, generator=rng) * 5, 1 + torch.rand(3, generator=rng)
    inner = torch.rand(5, 3, generator=rng) * 0.8 + 0.1
    unit = torch.cat([inner[:2], torch.zeros(1, 3), inner[2:], torch.ones(1, 3)])
    z = torch.tensor([[0.5, -0.5, 2.0], [1.5, 0.25, -1.0], [0.1, 0.9, 0.4], [1.2, 3.0, 0.3]])
    scaler = submission.MinMaxScaler().fit(low + span * unit)
    got = scaler.transform(low + span * unit)
    mistakes = {
        "The least value is not subtracted.": low / span + unit,
        "The range of the result is [0, 1], not [−1, 1].": 2 * unit - 1,
    }
    # float32 and numbers up to 20 before the minimum is subtracted
    assert_close(got, unit, atol=2e-5, what="transform(train) after fit(train)", mistakes=mistakes)
    own = (z - z.amin(dim=0)) / (z.amax(dim=0) - z.amin(dim=0))
    mistakes = {
        "That is scaled by the test data's own least and largest value: a leak.": own,
        "Test data may leave [0, 1]: don't clip.": z.clamp(0, 1),
    }
    got = scaler.transform(low + span * z)
    assert_close(got, z, atol=2e-5, what="transform(test) after fit(train)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("The range of a constant column is 0: take 1 instead.")
def test_minmax_scaler_constant_column(submission, rng):
    """MinMaxScaler survives a constant column"""
    train = torch.cat([torch.full((13, 1), 0.1), torch.rand(13, 1, generator=rng)], dim=1)
    scaler = submission.MinMaxScaler().fit(train)
    for value, want in ((0.1, 0.0), (2.1, 2.0)):
        got = scaler.transform(torch.tensor([[value, 0.5]]))
        check_tensor(got, shape=(1, 2), dtype=torch.float32, what="transform(test)")
        mistakes = {"A constant column has the range 1, so a test value becomes x − min, not 0.": 0.0}
        what = f"the constant column (always 0.1) for the test value {value}"
        # float32: one subtraction
        assert_close(got[:, 0], torch.tensor([want]), atol=1e-6, what=what, mistakes=mistakes)
