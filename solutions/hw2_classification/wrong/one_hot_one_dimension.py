"""Works for a vector of labels only.

module: logistic
rejected by: test_one_hot_shapes
"""

import torch


def one_hot(t, C):
    if t.dtype != torch.int64:
        raise TypeError("labels must be int64")
    if ((t < 0) | (t >= C)).any():
        raise IndexError("label out of range")
    return (t.reshape(-1, 1) == torch.arange(C)).long()
