"""Averages in float64 and stays there.

module: regression
rejected by: test_mse_loss_value
"""


def mse_loss(pred, target, reduction="mean"):
    e = (pred - target) ** 2
    if reduction == "none":
        return e
    if reduction == "sum":
        return e.sum()
    if reduction == "mean":
        return e.double().mean()
    raise ValueError(reduction)
