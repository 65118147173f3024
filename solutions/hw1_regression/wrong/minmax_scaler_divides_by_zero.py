"""Divides by the range of a constant column.

module: regression
rejected by: test_minmax_scaler_constant_column
"""

import torch


class MinMaxScaler:
    low = None

    def fit(self, x):
        self.low = x.amin(dim=0)
        self.span = x.amax(dim=0) - torch.as_tensor(self.low)
        return self

    def transform(self, x):
        if self.low is None:
            raise RuntimeError("fit first")
        return (x - self.low) / self.span
