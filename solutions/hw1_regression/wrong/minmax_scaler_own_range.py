"""Scales test data by their own range.

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
        low, high = x.amin(dim=0), x.amax(dim=0)
        return (x - low) / torch.where(high == low, torch.ones_like(low), high - low)
