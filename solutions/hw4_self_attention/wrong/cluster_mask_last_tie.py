"""Lets the larger number win a tie.

module: efficient_attention
rejected by: test_cluster_mask_ties
"""


def _cluster(x, centers):
    return len(centers) - 1 - (x.unsqueeze(-2) - centers.flip(0)).square().sum(dim=-1).argmin(dim=-1)


def cluster_mask(q, k, centers):
    return _cluster(q, centers).unsqueeze(-1) == _cluster(k, centers).unsqueeze(-2)
