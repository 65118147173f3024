"""Removes an edge from a node to itself.

module: attention
rejected by: test_graph_mask_edges
"""

import torch


def graph_mask(edge_index, N):
    mask = torch.eye(N, dtype=torch.bool)
    mask[edge_index[1], edge_index[0]] = True
    loops = edge_index[0][edge_index[0] == edge_index[1]]
    mask[loops, loops] = False
    return mask
