"""Calls torch.cov.

module: generative
rejected by: test_covariance_value
"""

import torch


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    return torch.cov(x.T, correction=int(unbiased)).reshape(x.shape[1], x.shape[1])
