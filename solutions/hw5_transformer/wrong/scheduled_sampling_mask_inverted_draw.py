"""Keeps the right token with probability p.

module: losses
rejected by: test_scheduled_sampling_mask_value, test_scheduled_sampling_mask_edges
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    mask = torch.rand(shape, generator=generator) >= p
    mask[..., 0] = False
    return mask
