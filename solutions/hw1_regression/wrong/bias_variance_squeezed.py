"""Squeezes the predictions, so that one model loses its axis.

module: regression
rejected by: test_bias_variance_single_model
"""


def bias_variance(preds, f_star):
    preds = preds.squeeze()
    mean = preds.mean(dim=0)
    return ((mean - f_star) ** 2).mean(), ((preds - mean) ** 2).mean()
