"""Gives NaN for one row, where it should raise.

module: generative
rejected by: test_covariance_unbiased
"""


def covariance(x, unbiased=False):
    n = len(x)
    d = x - x.mean(dim=0)
    return d.T @ d / (n - 1 if unbiased else n)
