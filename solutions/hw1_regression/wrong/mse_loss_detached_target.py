"""Lets no gradient reach the target.

module: regression
rejected by: test_mse_loss_gradient
"""


def mse_loss(pred, target, reduction="mean"):
    e = (pred - target.detach()) ** 2
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(reduction)
    return e if reduction == "none" else getattr(e, reduction)()
