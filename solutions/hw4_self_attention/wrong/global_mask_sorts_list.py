"""Sorts the list of the caller.

module: attention
rejected by: test_global_mask_many
"""

import torch


def global_mask(L, index):
    if isinstance(index, list):
        index.sort()
    chosen = torch.zeros(L, dtype=torch.bool)
    chosen[torch.as_tensor(index, dtype=torch.int64)] = True
    return chosen[:, None] | chosen
