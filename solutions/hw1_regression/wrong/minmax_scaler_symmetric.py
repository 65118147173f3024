"""Scales to [−1, 1].

module: regression
rejected by: test_minmax_scaler_value
"""

import torch


class MinMaxScaler:
    low = None

    def fit(self, x):
        self.low = x.amin(dim=0)
        span = x.amax(dim=0) - self.low
        self.span = torch.where(span == 0, torch.ones_like(span), span)
        return self

    def transform(self, x):
        if self.low is None:
            raise RuntimeError("fit first")
        return 2 * (x - self.low) / self.span - 1
