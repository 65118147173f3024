"""Takes edge_index for (E, 2).

module: attention
rejected by: test_graph_mask_value
"""

import torch


def graph_mask(edge_index, N):
    mask = torch.eye(N, dtype=torch.bool)
    mask[edge_index.reshape(-1, 2)[:, 1], edge_index.reshape(-1, 2)[:, 0]] = True
    return mask
