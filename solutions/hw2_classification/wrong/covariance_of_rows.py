"""Takes the rows for the features.

module: generative
rejected by: test_covariance_value
"""


def covariance(x, unbiased=False):
    n = len(x)
    if unbiased and n < 2:
        raise ValueError("too few rows")
    d = x - x.mean(dim=1, keepdim=True)
    return d @ d.T / (n - 1 if unbiased else n)
