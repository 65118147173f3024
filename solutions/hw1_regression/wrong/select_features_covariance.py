"""Ranks by covariance.

module: regression
rejected by: test_select_features_order
"""

import torch


def select_features(x, y, k):
    if not 1 <= k <= x.shape[1]:
        raise ValueError(k)
    dx, dy = x - x.mean(dim=0), y - y.mean()
    score = (dx * dy[:, None]).mean(dim=0).abs()
    constant = (x == x[0]).all(dim=0) | (y == y[0]).all()
    score = torch.where(constant, torch.zeros_like(score), score)
    return torch.sort(score, descending=True, stable=True).indices[:k]
