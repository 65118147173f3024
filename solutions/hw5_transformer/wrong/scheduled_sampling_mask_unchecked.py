"""Accepts every p.

module: losses
rejected by: test_scheduled_sampling_mask_edges
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    mask = torch.rand(shape, generator=generator) < p
    mask[..., 0] = False
    return mask
