"""Asks whether σ is exactly 0, which rounding noise is not.

module: regression
rejected by: test_standardizer_constant_column
"""

import torch


class Standardizer:
    mean = None

    def fit(self, x):
        self.mean = x.mean(dim=0)
        std = ((x - self.mean) ** 2).mean(dim=0).sqrt()
        self.std = torch.where(std == 0, torch.ones_like(std), std)
        return self

    def transform(self, x):
        if self.mean is None:
            raise RuntimeError("fit first")
        return (x - self.mean) / self.std
