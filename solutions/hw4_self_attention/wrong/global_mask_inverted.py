"""Has True for forbidden.

module: attention
rejected by: test_global_mask_value
"""

import torch


def global_mask(L, index):
    chosen = torch.zeros(L, dtype=torch.bool)
    chosen[torch.as_tensor(index, dtype=torch.int64)] = True
    return ~(chosen[:, None] | chosen)
