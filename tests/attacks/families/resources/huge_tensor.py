"""Asks for a tensor of 128 GiB.
---
verdicts = { square_value = "out_of_memory" }
says = ["square ran out of memory"]
"""

import torch


def square(x):
    return torch.ones(1 << 34, dtype=torch.float64)
