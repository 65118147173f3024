"""A module with thirty thousand children, each of which the other side would have to mirror.
---
verdicts = { affine = "failed" }
says = ["holds more than 200000 values"]
"""

from torch import nn


class Affine(nn.Module):
    def __init__(self, n):
        super().__init__()
        shared = nn.Identity()
        self.parts = nn.ModuleList(nn.Identity() for _ in range(30_000))
        self.more = shared

    def forward(self, x):
        return x
