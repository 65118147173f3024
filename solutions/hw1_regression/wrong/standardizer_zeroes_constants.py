"""Makes every value of a constant column 0.

module: regression
rejected by: test_standardizer_constant_column
"""

import torch


class Standardizer:
    mean = None

    def fit(self, x):
        constant = x.amax(dim=0) == x.amin(dim=0)
        self.mean, std = x.mean(dim=0), x.std(dim=0, correction=0)
        self.std = torch.where(constant, torch.full_like(std, torch.inf), std)
        return self

    def transform(self, x):
        if self.mean is None:
            raise RuntimeError("fit first")
        return torch.nan_to_num((x - self.mean) / self.std, 0.0, 0.0, 0.0)
