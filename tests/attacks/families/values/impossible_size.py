"""No elements, but sizes whose product overflows.
---
verdicts = { square_value = "failed" }
says = ["square returned a value that"]
"""

import torch


def square(x):
    return torch.empty(0, dtype=x.dtype).as_strided((0, 2**62), (1, 1))
