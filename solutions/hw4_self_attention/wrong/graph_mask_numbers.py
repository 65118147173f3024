"""Gives floats.

module: attention
rejected by: test_graph_mask_value
"""

import torch


def graph_mask(edge_index, N):
    mask = torch.eye(N, dtype=torch.bool)
    mask[edge_index[1], edge_index[0]] = True
    return mask.float()
