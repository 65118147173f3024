"""A backward pass that never ends.
---
base = "right"
points = "13"
verdicts = { square_gradient = "timeout" }
says = ["the backward pass of square did not finish within"]
"""

import torch


class Slow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * x

    @staticmethod
    def backward(ctx, grad):
        while True:
            pass


def square(x):
    return Slow.apply(x)
