"""Forgets to subtract the mean.

module: generative
rejected by: test_covariance_value
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x
    return d.T @ d / (n - 1 if unbiased else n)
