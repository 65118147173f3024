"""Refuses p = 1.

module: losses
rejected by: test_scheduled_sampling_mask_value
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    if not 0 <= p < 1:
        raise ValueError("p")
    mask = torch.rand(shape, generator=generator) < p
    mask[..., 0] = False
    return mask
