"""Fails without edges.

module: attention
rejected by: test_graph_mask_edges
"""

import torch


def graph_mask(edge_index, N):
    N = max(N, int(edge_index.max()) + 1)
    mask = torch.eye(N, dtype=torch.bool)
    mask[edge_index[1], edge_index[0]] = True
    return mask
