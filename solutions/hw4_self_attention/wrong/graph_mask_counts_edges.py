"""Counts edges, so that one listed twice is lost.

module: attention
rejected by: test_graph_mask_many
"""

import torch


def graph_mask(edge_index, N):
    count = torch.zeros(N, N, dtype=torch.int64)
    count.index_put_((edge_index[1], edge_index[0]), torch.tensor(1), accumulate=True)
    return (count == 1) | torch.eye(N, dtype=torch.bool)
