"""Raises ValueError for a label out of range.

module: logistic
rejected by: test_one_hot_refuses
"""

import torch


def one_hot(t, C):
    if t.dtype != torch.int64:
        raise TypeError("labels must be int64")
    if ((t < 0) | (t >= C)).any():
        raise ValueError("label out of range")
    return (t.unsqueeze(-1) == torch.arange(C)).long()
