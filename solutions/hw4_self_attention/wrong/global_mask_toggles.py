"""Switches a position off that stands in index twice.

module: attention
rejected by: test_global_mask_edges
"""

import torch


def global_mask(L, index):
    chosen = torch.zeros(L, dtype=torch.bool)
    for i in torch.as_tensor(index, dtype=torch.int64):
        chosen[i] = ~chosen[i]
    return chosen[:, None] | chosen
