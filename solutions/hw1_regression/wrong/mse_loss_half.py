"""Has a factor 1/2.

module: regression
rejected by: test_mse_loss_value, test_mse_loss_gradient
"""


def mse_loss(pred, target, reduction="mean"):
    e = (pred - target) ** 2
    if reduction == "none":
        return e
    if reduction == "sum":
        return e.sum()
    if reduction == "mean":
        return e.mean() / 2
    raise ValueError(reduction)
