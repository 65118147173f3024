"""Passes more than one message may hold to a function of the check.
---
verdicts = { apply_twice = "raised" }
says = ["an argument of the function holds more than 16 MiB of numbers"]
"""

import torch


def apply_twice(f, x):
    return f(torch.zeros(3 << 20, dtype=torch.float64))
