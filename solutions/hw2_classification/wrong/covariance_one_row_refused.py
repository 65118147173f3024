"""Refuses one row with 1/N too.

module: generative
rejected by: test_covariance_shapes, test_gaussian_classifier_ridge
"""


def covariance(x, unbiased=False):
    n = len(x)
    if n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=0)
    return d.T @ d / (n - 1 if unbiased else n)
