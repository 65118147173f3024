"""Takes −1 for the last class.

module: logistic
rejected by: test_one_hot_refuses
"""

import torch


def one_hot(t, C):
    if t.dtype != torch.int64:
        raise TypeError("labels must be int64")
    if ((t < -C) | (t >= C)).any():
        raise IndexError("label out of range")
    return ((t % C).unsqueeze(-1) == torch.arange(C)).long()
