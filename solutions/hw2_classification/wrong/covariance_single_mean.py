"""Subtracts one mean, that of all numbers.

module: generative
rejected by: test_covariance_value
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean()
    return d.T @ d / (n - 1 if unbiased else n)
