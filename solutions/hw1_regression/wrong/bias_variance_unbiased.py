"""Divides by M − 1.

module: regression
rejected by: test_bias_variance_variance
"""


def bias_variance(preds, f_star):
    mean = preds.mean(dim=0)
    return ((mean - f_star) ** 2).mean(), preds.var(dim=0).mean()
