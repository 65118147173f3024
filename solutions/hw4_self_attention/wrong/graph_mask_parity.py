"""Toggles for each edge, so that an edge listed twice is none.

module: attention
rejected by: test_graph_mask_edges
"""

import torch


def graph_mask(edge_index, N):
    mask = torch.zeros(N, N, dtype=torch.bool)
    for source, target in edge_index.T.tolist():
        mask[target, source] = not mask[target, source]
    mask.fill_diagonal_(True)
    return mask
