"""Centres y in place.

module: regression
rejected by: test_select_features_order
"""

import torch


def select_features(x, y, k):
    if not 1 <= k <= x.shape[1]:
        raise ValueError(k)
    y -= y.mean()
    centred = x - x.mean(dim=0)
    scores = (centred * y[:, None]).sum(dim=0).abs() / (centred.norm(dim=0) * y.norm())
    flat = (x == x[0]).all(dim=0) | (y == y[0]).all()
    return torch.where(flat, 0.0, scores).sort(descending=True, stable=True).indices[:k]
