"""The values are right, the gradient is made up.
---
base = "right"
points = "13"
verdicts = { square_gradient = "failed" }
says = ["the gradient"]
"""

import torch


class Lie(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return grad * 12345


def square(x):
    return Lie.apply(x)
