"""Draws no number for the first position.

module: losses
rejected by: test_scheduled_sampling_mask_value, test_scheduled_sampling_mask_edges
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    mask = torch.zeros(shape, dtype=torch.bool)
    mask[..., 1:] = torch.rand((*shape[:-1], shape[-1] - 1), generator=generator) < p
    return mask
