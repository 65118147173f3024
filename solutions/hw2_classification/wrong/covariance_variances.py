"""Keeps only the variances.

module: generative
rejected by: test_covariance_value
"""

import torch


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=0)
    return torch.diag((d * d).sum(dim=0) / (n - 1 if unbiased else n))
