"""Reaches a forbidden function through functions of its own, a decorator and a base class.
---
base = "right"
points = "13"
verdicts = { affine = "failed" }
says = ["torch.addcmul may not be used here: multiply and add"]
"""

import torch
from torch import nn


def one(*args):
    return two(*args)


def two(b, x, w):
    return torch.addcmul(b, x, w)


def decorated(f):
    return lambda self, x: one(self.bias, x, self.weight)


class Base(nn.Module):
    @decorated
    def forward(self, x):
        raise NotImplementedError


class Affine(Base):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))
