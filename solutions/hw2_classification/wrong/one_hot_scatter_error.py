"""Lets scatter complain, by a RuntimeError.

module: logistic
rejected by: test_one_hot_refuses
"""

import torch


def one_hot(t, C):
    if t.dtype != torch.int64:
        raise TypeError("labels must be int64")
    return torch.zeros(*t.shape, C, dtype=torch.int64).scatter(-1, t.unsqueeze(-1), 1)
