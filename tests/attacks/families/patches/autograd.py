"""Replaces torch.autograd.grad, backward and Function.apply.
---
base = "right"
points = "11"
verdicts = { square_gradient = "failed", curvature = "failed", affine = "failed" }
"""

import torch


def made_up(outputs, inputs, *args, **kwargs):
    inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    return tuple(torch.full_like(i, 12345.0) for i in inputs)


torch.autograd.grad = made_up
torch.autograd.backward = lambda *args, **kwargs: None
torch.autograd.gradcheck = lambda *args, **kwargs: True
