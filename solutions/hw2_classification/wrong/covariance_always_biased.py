"""Divides by N whatever unbiased says.

module: generative
rejected by: test_covariance_unbiased
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=0)
    return d.T @ d / n
