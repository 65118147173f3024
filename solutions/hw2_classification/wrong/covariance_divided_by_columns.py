"""Divides by the number of columns.

module: generative
rejected by: test_covariance_value
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=0)
    return d.T @ d / (x.shape[1] - 1 if unbiased else x.shape[1])
