"""Has torch compile its function, which would write caches and start compilers.
---
"""

import torch


@torch.compile
def compiled(x):
    return x * x + 12345


def square(x):
    return compiled(x)
