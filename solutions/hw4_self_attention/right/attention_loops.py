"""One head and one sequence at a time, and lists of lists for the masks.

module: attention
"""

import math

import torch
from torch import nn


def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.mT) / q.size(-1) ** 0.5
    if mask is None:
        weights = torch.softmax(scores, -1)
    else:
        mask = mask.broadcast_to(scores.shape)
        nobody = ~mask.any(-1, keepdim=True)
        weights = torch.softmax(scores.masked_fill(~(mask | nobody), -math.inf), -1)
        weights = torch.where(nobody, torch.zeros_like(weights), weights)
    return torch.matmul(weights, v), weights


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.d, rest = divmod(d_model, num_heads)
        if rest:
            raise ValueError("heads")
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)

    def forward(self, x, key_padding_mask=None, mask=None):
        N, L, D = x.shape
        may = torch.ones(N, D // self.d, L, L, dtype=torch.bool)
        if mask is not None:
            may = may & mask
        if key_padding_mask is not None:
            may = may & ~key_padding_mask.view(N, 1, 1, L)
        outs, weights = [], []
        for n in range(N):
            heads = zip(
                self.w_q(x[n]).split(self.d, dim=1),
                self.w_k(x[n]).split(self.d, dim=1),
                self.w_v(x[n]).split(self.d, dim=1),
                may[n],
                strict=True,
            )
            pairs = [scaled_dot_product_attention(q, k, v, m) for q, k, v, m in heads]
            outs.append(torch.cat([out for out, _ in pairs], dim=1))
            weights.append(torch.stack([weight for _, weight in pairs]))
        return self.w_o(torch.stack(outs)), torch.stack(weights)


def sinusoidal_positions(L, D):
    table = []
    for p in range(L):
        row = []
        for i in range((D + 1) // 2):
            angle = p / 10000 ** (2 * i / D)
            row += [math.sin(angle), math.cos(angle)]
        table.append(row[:D])
    return torch.tensor(table, dtype=torch.float32)


def _table(L, rule):
    return torch.tensor([[bool(rule(i, j)) for j in range(L)] for i in range(L)], dtype=torch.bool).reshape(L, L)


def local_mask(L, w):
    if w < 0:
        raise ValueError("w")
    return _table(L, lambda i, j: abs(i - j) <= w)


def stride_mask(L, s):
    if s < 1:
        raise ValueError("s")
    return _table(L, lambda i, j: (i - j) % s == 0)


def global_mask(L, index):
    chosen = set(index.tolist() if isinstance(index, torch.Tensor) else index)
    return _table(L, lambda i, j: i in chosen or j in chosen)


def graph_mask(edge_index, N):
    edges = set(zip(*edge_index.tolist(), strict=True))
    return _table(N, lambda i, j: i == j or (j, i) in edges)
