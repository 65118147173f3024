"""A reply above the limit of one message: of numbers, of text, of items.
---
verdicts = { square_value = "failed", summary = "failed" }
says = ["holds more than 16 MiB of numbers"]
"""

import torch


def square(x):
    return torch.zeros(3 << 20, dtype=torch.float64)


def summary(values, name):
    return "x" * (20 << 20)
