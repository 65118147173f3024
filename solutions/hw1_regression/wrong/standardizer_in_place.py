"""Scales its argument in place.

module: regression
rejected by: test_standardizer_value
"""

import torch


class Standardizer:
    mean = None

    def fit(self, x):
        constant = x.amax(dim=0) == x.amin(dim=0)
        self.mean, std = x.mean(dim=0), x.std(dim=0, correction=0)
        self.std = torch.where(constant, torch.ones_like(std), std)
        return self

    def transform(self, x):
        if self.mean is None:
            raise RuntimeError("fit first")
        x -= self.mean
        x /= self.std
        return x
