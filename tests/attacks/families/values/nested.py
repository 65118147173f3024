"""A nested tensor, which has no shape.
---
verdicts = { square_value = "failed" }
says = ["nested"]
"""

import warnings

import torch


def square(x):
    warnings.simplefilter("ignore")
    return torch.nested.nested_tensor([x[0], x[1, :2]])
