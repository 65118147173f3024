"""Counts rows times columns, so that it needs both.

module: regression
rejected by: test_mse_loss_shapes
"""


def mse_loss(pred, target, reduction="mean"):
    e = (pred - target) ** 2
    if reduction == "none":
        return e
    if reduction == "sum":
        return e.sum()
    if reduction == "mean":
        return e.sum() / (pred.shape[0] * pred.shape[1])
    raise ValueError(reduction)
