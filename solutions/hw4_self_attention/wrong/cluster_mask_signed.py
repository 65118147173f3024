"""Adds the differences without squaring them.

module: efficient_attention
rejected by: test_cluster_mask_batch
"""


def _cluster(x, centers):
    return (x.unsqueeze(-2) - centers).sum(dim=-1).abs().argmin(dim=-1)


def cluster_mask(q, k, centers):
    return _cluster(q, centers).unsqueeze(-1) == _cluster(k, centers).unsqueeze(-2)
