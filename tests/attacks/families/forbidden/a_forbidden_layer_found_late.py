"""Finds a forbidden layer by walking through torch.nn at run time.
---
base = "right"
points = "13"
verdicts = { affine = "failed" }
says = ["may not be used here: multiply and add"]
"""

import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))

    def forward(self, x):
        kind = next(v for k, v in sorted(vars(nn).items()) if k.startswith("Linea"))
        layer = kind(3, 3, dtype=x.dtype)
        return torch.func.functional_call(layer, {"weight": torch.diag(self.weight), "bias": self.bias}, x)
