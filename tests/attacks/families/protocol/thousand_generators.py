"""Returns more generators than the other side will keep.
---
verdicts = { summary = "crashed" }
says = ["more than 1000 generators"]
"""

import torch


def summary(values, name):
    return [torch.Generator() for _ in range(1100)]
