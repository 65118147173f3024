"""Accepts int32.

module: logistic
rejected by: test_one_hot_shapes
"""

import torch


def one_hot(t, C):
    if t.is_floating_point():
        raise TypeError("labels must be int64")
    if ((t < 0) | (t >= C)).any():
        raise IndexError("label out of range")
    return (t.unsqueeze(-1) == torch.arange(C)).long()
