"""Seeds a generator of its own where it gets None.

module: losses
rejected by: test_scheduled_sampling_mask_edges
"""

import torch


def scheduled_sampling_mask(shape, p, generator):
    if not 0 <= p <= 1:
        raise ValueError("p")
    generator = generator or torch.Generator().manual_seed(0)
    mask = torch.rand(shape, generator=generator) < p
    mask[..., 0] = False
    return mask
