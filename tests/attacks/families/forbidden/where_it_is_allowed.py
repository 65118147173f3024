"""Uses a forbidden function in functions that no rule is about.
---
base = "right"
points = "14"
"""

import torch


def square(x):
    return torch.addcmul(torch.zeros_like(x), x, x)
