"""einsum everywhere; the softmax is written out with a shift over the keys that are left.

module: attention
"""

import torch
from torch import nn


def _weights(scores, mask):
    if mask is None:
        shift = scores.detach().amax(-1, keepdim=True)
        e = torch.exp(scores - shift)
        return e / e.sum(-1, keepdim=True)
    keep = mask.expand(scores.shape)
    low = torch.finfo(scores.dtype).min
    shift = torch.where(keep, scores.detach(), low).amax(-1, keepdim=True)
    e = torch.where(keep, torch.exp(torch.where(keep, scores - shift, 0)), 0)
    total = e.sum(-1, keepdim=True)
    return e / torch.where(total > 0, total, 1)


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("...id,...jd->...ij", q * q.shape[-1] ** -0.5, k)
    weights = _weights(scores, mask)
    return torch.einsum("...ij,...je->...ie", weights, v), weights


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{num_heads} heads cannot share {d_model} features")
        self.shape = (num_heads, d_model // num_heads)
        for name in "qkvo":
            self.add_module(f"w_{name}", nn.Linear(d_model, d_model))

    def forward(self, x, key_padding_mask=None, mask=None):
        q, k, v = (getattr(self, f"w_{name}")(x).unflatten(-1, self.shape) for name in "qkv")
        scores = torch.einsum("nihd,njhd->nhij", q, k) * self.shape[1] ** -0.5
        if key_padding_mask is not None:
            left = key_padding_mask.logical_not().unsqueeze(1).unsqueeze(1)
            mask = left if mask is None else torch.logical_and(left, mask)
        weights = _weights(scores, mask)
        return self.w_o(torch.einsum("nhij,njhd->nihd", weights, v).flatten(-2)), weights


def sinusoidal_positions(L, D):
    column = torch.arange(D)
    rate = torch.pow(torch.tensor(10000.0, dtype=torch.float64), -(column - column % 2) / D)
    angle = torch.outer(torch.arange(L, dtype=torch.float64), rate)
    return torch.where(column % 2 == 0, angle.sin(), angle.cos()).to(torch.float32)


def local_mask(L, w):
    if w < 0:
        raise ValueError(w)
    everyone = torch.ones(L, L, dtype=torch.bool)
    return everyone.triu(-w) & everyone.tril(w)


def stride_mask(L, s):
    if s <= 0:
        raise ValueError(s)
    rest = torch.arange(L) % s
    return torch.eq(rest.unsqueeze(0), rest.unsqueeze(1))


def global_mask(L, index):
    mask = torch.zeros(L, L, dtype=torch.bool)
    for i in index:
        mask[int(i), :] = True
        mask[:, int(i)] = True
    return mask


def graph_mask(edge_index, N):
    count = torch.zeros(N * N, dtype=torch.int64)
    source, target = edge_index
    count.scatter_add_(0, target * N + source, torch.ones_like(source))
    return (count.reshape(N, N) + torch.eye(N, dtype=torch.int64)).bool()
