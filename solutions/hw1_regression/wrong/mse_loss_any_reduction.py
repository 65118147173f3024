"""Takes an unknown reduction for the mean.

module: regression
rejected by: test_mse_loss_reductions
"""


def mse_loss(pred, target, reduction="mean"):
    e = (pred - target) ** 2
    if reduction == "none":
        return e
    if reduction == "sum":
        return e.sum()
    if reduction == "mean":
        return e.mean()
    return e.mean()
