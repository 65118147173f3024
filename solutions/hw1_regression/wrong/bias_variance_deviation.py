"""Averages standard deviations.

module: regression
rejected by: test_bias_variance_variance
"""


def bias_variance(preds, f_star):
    mean = preds.mean(dim=0)
    return ((mean - f_star) ** 2).mean(), preds.std(dim=0, correction=0).mean()
