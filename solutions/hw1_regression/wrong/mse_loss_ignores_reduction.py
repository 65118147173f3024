"""Always averages.

module: regression
rejected by: test_mse_loss_reductions
"""


def mse_loss(pred, target, reduction="mean"):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(reduction)
    return ((pred - target) ** 2).mean()
