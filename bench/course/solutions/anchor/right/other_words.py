"""Every function written another way: products of tensors, logsumexp, a matrix product by einsum.

module: anchor
"""

import torch


def linear_regression_loss(w, b, x, y):
    r = torch.einsum("nd,d->n", x, w) + b - y
    return (r * r).sum() / r.numel()


def softmax(z):
    return torch.exp(z - torch.logsumexp(z, dim=-1, keepdim=True))


def scaled_dot_product_attention(q, k, v, mask=None):
    w = torch.einsum("...id,...jd->...ij", q, k) * q.size(-1) ** -0.5
    if mask is not None:
        w = torch.where(mask, w, torch.full_like(w, -1e30))
    e = (w - w.amax(-1, keepdim=True)).exp()
    return (e / e.sum(-1, keepdim=True)) @ v
