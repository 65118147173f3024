"""Divides by N − 1 where it should by N, and the other way round.

module: generative
rejected by: test_covariance_value
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=0)
    return d.T @ d / (n if unbiased else n - 1)
