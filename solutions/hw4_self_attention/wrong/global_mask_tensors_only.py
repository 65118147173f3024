"""Takes a tensor only.

module: attention
rejected by: test_global_mask_edges
"""

import torch


def global_mask(L, index):
    chosen = torch.zeros(L, dtype=torch.bool)
    chosen[index.long()] = True
    return chosen[:, None] | chosen
