"""An object says of itself, by __class__, that it is a tensor, a dict, a number.
---
verdicts = { square_value = "failed", summary = "raised" }
says = ["a Claim"]
"""

import torch


class Claim:
    def __init__(self, kind):
        self.kind = kind

    @property
    def __class__(self):
        return self.kind

    shape = torch.Size([3, 4])
    dtype = torch.float64

    def __eq__(self, other):
        return True

    __hash__ = None


def square(x):
    return Claim(torch.Tensor)


def summary(values, name):
    return Claim(dict)


def countdown(n):
    return Claim(list)


def total_of_file(path):
    return Claim(int)
