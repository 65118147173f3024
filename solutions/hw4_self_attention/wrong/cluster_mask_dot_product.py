"""Takes the center with the largest dot product.

module: efficient_attention
rejected by: test_cluster_mask_value
"""


def _cluster(x, centers):
    return (x @ centers.T).argmax(dim=-1)


def cluster_mask(q, k, centers):
    return _cluster(q, centers).unsqueeze(-1) == _cluster(k, centers).unsqueeze(-2)
