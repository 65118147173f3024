"""Draws once for each sentence.

module: losses
rejected by: test_scheduled_sampling_mask_value, test_scheduled_sampling_mask_edges
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    mask = (torch.rand((*shape[:-1], 1), generator=generator) < p).expand(tuple(shape)).clone()
    mask[..., 0] = False
    return mask
