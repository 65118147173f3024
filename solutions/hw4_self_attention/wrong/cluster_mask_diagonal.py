"""Lets a query whose cluster has no key attend to all.

module: efficient_attention
rejected by: test_cluster_mask_batch
"""


def _cluster(x, centers):
    return (x.unsqueeze(-2) - centers).square().sum(dim=-1).argmin(dim=-1)


def cluster_mask(q, k, centers):
    mask = _cluster(q, centers).unsqueeze(-1) == _cluster(k, centers).unsqueeze(-2)
    return mask | ~mask.any(dim=-1, keepdim=True)
