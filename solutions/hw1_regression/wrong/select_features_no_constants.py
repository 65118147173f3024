"""Divides 0 by 0, or noise by noise, for constant columns.

module: regression
rejected by: test_select_features_constant_columns
"""

import torch


def select_features(x, y, k):
    if not 1 <= k <= x.shape[1]:
        raise ValueError(k)
    dx, dy = x - x.mean(dim=0), y - y.mean()
    score = (dx * dy[:, None]).sum(dim=0).abs() / (dx.norm(dim=0) * dy.norm())
    score = torch.as_tensor(score)
    return torch.sort(score, descending=True, stable=True).indices[:k]
