"""Centres the predictions in place.

module: regression
rejected by: test_bias_variance_bias
"""


def bias_variance(preds, f_star):
    mean = preds.mean(dim=0)
    preds -= mean
    return ((mean - f_star) ** 2).mean(), (preds**2).mean()
