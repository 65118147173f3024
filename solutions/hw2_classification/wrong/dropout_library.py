"""Calls F.dropout.

module: network
rejected by: test_dropout_training
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    return torch.nn.functional.dropout(x, p, training)
