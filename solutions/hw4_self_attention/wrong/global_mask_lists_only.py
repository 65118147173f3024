"""Takes a list only.

module: attention
rejected by: test_global_mask_value
"""

import torch


def global_mask(L, index):
    chosen = torch.tensor([index.count(i) > 0 for i in range(L)], dtype=torch.bool)
    return chosen[:, None] | chosen
