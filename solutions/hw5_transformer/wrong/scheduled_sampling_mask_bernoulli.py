"""Draws with bernoulli, another way of drawing.

module: losses
rejected by: test_scheduled_sampling_mask_value, test_scheduled_sampling_mask_edges
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    mask = torch.bernoulli(torch.full(tuple(shape), p, dtype=torch.float64), generator=generator).bool()
    mask[..., 0] = False
    return mask
