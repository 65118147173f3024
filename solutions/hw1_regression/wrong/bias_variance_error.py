"""Takes the mean squared error for the bias.

module: regression
rejected by: test_bias_variance_bias
"""


def bias_variance(preds, f_star):
    mean = preds.mean(dim=0)
    return ((preds - f_star) ** 2).mean(), ((preds - mean) ** 2).mean()
