"""Makes every value of a constant column 0.

module: regression
rejected by: test_minmax_scaler_constant_column
"""

import torch


class MinMaxScaler:
    low = None

    def fit(self, x):
        self.low = x.amin(dim=0)
        span = x.amax(dim=0) - self.low
        self.span = torch.where(span == 0, torch.full_like(span, torch.inf), span)
        return self

    def transform(self, x):
        if self.low is None:
            raise RuntimeError("fit first")
        return (x - self.low) / self.span
