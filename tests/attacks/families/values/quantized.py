"""A quantized tensor.
---
verdicts = { square_value = "failed" }
says = ["torch.quint8"]
"""

import warnings

import torch


def square(x):
    warnings.simplefilter("ignore")
    return torch.quantize_per_tensor(x.float(), 0.1, 0, torch.quint8)
