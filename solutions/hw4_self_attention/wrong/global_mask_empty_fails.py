"""Fails for an empty list.

module: attention
rejected by: test_global_mask_edges
"""

import torch


def global_mask(L, index):
    chosen = torch.zeros(L, dtype=torch.bool)
    chosen[torch.as_tensor(index)] = True
    return chosen[:, None] | chosen
