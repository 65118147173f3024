"""Goes by the angle.

module: efficient_attention
rejected by: test_cluster_mask_value
"""

import torch


def _cluster(x, centers):
    return torch.cosine_similarity(x.unsqueeze(-2), centers, dim=-1).argmax(dim=-1)


def cluster_mask(q, k, centers):
    return _cluster(q, centers).unsqueeze(-1) == _cluster(k, centers).unsqueeze(-2)
