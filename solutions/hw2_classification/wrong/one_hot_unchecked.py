"""Gives a row of zeros for a label out of range.

module: logistic
rejected by: test_one_hot_refuses
"""

import torch


def one_hot(t, C):
    if t.dtype != torch.int64:
        raise TypeError("labels must be int64")
    return (t.unsqueeze(-1) == torch.arange(C)).long()
