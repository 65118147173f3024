"""Takes a tiny σ for a constant column.

module: regression
rejected by: test_standardizer_edges
"""

import torch


class Standardizer:
    mean = None

    def fit(self, x):
        self.mean, std = x.mean(dim=0), x.std(dim=0, correction=0)
        self.std = torch.where(std < 1e-6, torch.ones_like(std), std)
        return self

    def transform(self, x):
        if self.mean is None:
            raise RuntimeError("fit first")
        return (x - self.mean) / self.std
