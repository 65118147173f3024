"""Uses a forbidden layer inside of its own, by a subclass of another name.
---
base = "right"
points = "13"
verdicts = { affine = "failed" }
says = ["torch.nn.Linear may not be used here: multiply and add"]
"""

import torch
from torch import nn

Mine = type("Mine", (nn.Linear,), {})


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(n, dtype=torch.float64))
        self._hidden = [Mine(n, n, dtype=torch.float64)]

    def forward(self, x):
        layer = self._hidden[0]
        return torch.func.functional_call(layer, {"weight": torch.diag(self.weight), "bias": self.bias}, x)
