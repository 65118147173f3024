"""Averages the differences before it squares.

module: regression
rejected by: test_bias_variance_bias
"""


def bias_variance(preds, f_star):
    mean = preds.mean(dim=0)
    return (mean - f_star).mean() ** 2, ((preds - mean) ** 2).mean()
