"""Converts floats to labels.

module: logistic
rejected by: test_one_hot_refuses
"""

import torch


def one_hot(t, C):
    t = t.long()
    if ((t < 0) | (t >= C)).any():
        raise IndexError("label out of range")
    return (t.unsqueeze(-1) == torch.arange(C)).long()
