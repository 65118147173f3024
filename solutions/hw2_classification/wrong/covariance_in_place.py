"""Centres the data in place.

module: generative
rejected by: test_covariance_value
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    x -= x.mean(dim=0)
    return x.T @ x / (n - 1 if unbiased else n)
