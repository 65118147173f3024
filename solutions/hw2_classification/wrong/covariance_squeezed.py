"""Squeezes the result, so that one column gives a number.

module: generative
rejected by: test_covariance_shapes
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=0)
    return (d.T @ d / (n - 1 if unbiased else n)).squeeze()
