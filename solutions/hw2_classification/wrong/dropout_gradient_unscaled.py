"""Has the right values, but no 1/(1 − p) in the gradient.

module: network
rejected by: test_dropout_gradient
"""

import torch


def dropout(x, p, training, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    if not training:
        return x
    kept = torch.rand(x.shape, generator=generator) >= p
    y = x * kept
    return y + (y * p / (1 - p)).detach() if p < 1 else x * 0
