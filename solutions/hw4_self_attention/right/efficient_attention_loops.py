"""One sequence and one vector at a time.

module: efficient_attention
"""

import math

import torch
from torch import nn


def _nearest(vectors, centers):
    numbers = []
    for vector in vectors.reshape(-1, vectors.shape[-1]):
        distances = [((vector - center) ** 2).sum().item() for center in centers]
        numbers.append(distances.index(min(distances)))
    return torch.tensor(numbers, dtype=torch.int64).reshape(vectors.shape[:-1])


def cluster_mask(q, k, centers):
    a, b = _nearest(q, centers), _nearest(k, centers)
    return a.unsqueeze(-1).expand(*a.shape, b.shape[-1]) == b.unsqueeze(-2)


def sinkhorn(logits, n):
    if not n >= 1:
        raise ValueError("rounds")
    # log P = logits − f − g with one number f a row and one g a column
    g = torch.zeros_like(logits[..., :1, :])
    for _ in range(n):
        f = torch.logsumexp(logits - g, -1, keepdim=True)
        g = torch.logsumexp(logits - f, -2, keepdim=True)
    return (logits - f - g).exp()


class Linformer(nn.Module):
    def __init__(self, L, r):
        super().__init__()
        self.E = nn.Parameter(torch.rand(r, L) / L)
        self.F = nn.Parameter(torch.rand(r, L) / L)

    def forward(self, q, k, v, key_padding_mask=None):
        n, length, width = k.shape
        if length != self.F.shape[1]:
            raise ValueError("k")
        outs, weights = [], []
        for i in range(n):
            keep = torch.arange(length) if key_padding_mask is None else (~key_padding_mask[i]).nonzero()[:, 0]
            keys, values = self.E[:, keep] @ k[i, keep], self.F[:, keep] @ v[i, keep]
            a = (q[i] @ keys.T / math.sqrt(width)).softmax(1)
            outs.append(a @ values)
            weights.append(a)
        return torch.stack(outs), torch.stack(weights)


def linear_attention(q, k, v, phi):
    a, b = phi(q), phi(k)
    kv = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)
    both = a @ (b.mT @ kv)
    return both[..., :-1] / both[..., -1:]


class Synthesizer(nn.Module):
    def __init__(self, L, d):
        super().__init__()
        self.w_1, self.w_2, self.w_v = nn.Linear(d, d), nn.Linear(d, L), nn.Linear(d, d)

    def forward(self, x, key_padding_mask=None):
        length = x.shape[1]
        if length > len(self.w_2.bias):
            raise ValueError("length")
        outs, weights = [], []
        for i, sequence in enumerate(x):
            b = self.w_2(self.w_1(sequence).clamp(min=0))[:, :length]
            keep = torch.ones(length, dtype=torch.bool) if key_padding_mask is None else ~key_padding_mask[i]
            a = torch.zeros_like(b)
            if keep.any():
                a = a.index_copy(1, keep.nonzero()[:, 0], b[:, keep].softmax(1))
            outs.append(a @ self.w_v(sequence))
            weights.append(a)
        return torch.stack(outs), torch.stack(weights)
