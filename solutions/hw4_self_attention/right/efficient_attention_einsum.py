"""einsum, cdist and softmax in logarithms.

module: efficient_attention
"""

import torch
from torch import nn


def cluster_mask(q, k, centers):
    q, k = (torch.cdist(t, centers, compute_mode="donot_use_mm_for_euclid_dist").min(dim=-1).indices for t in (q, k))
    return torch.eq(q[..., :, None], k[..., None, :])


def sinkhorn(logits, n):
    if n <= 0:
        raise ValueError(n)
    log_p = logits
    for _ in range(n):
        log_p = log_p.log_softmax(-1).log_softmax(-2)
    return torch.exp(log_p)


class Linformer(nn.Module):
    def __init__(self, L, r):
        super().__init__()
        self.E, self.F = (nn.Parameter(nn.init.xavier_uniform_(torch.empty(r, L))) for _ in range(2))

    def forward(self, q, k, v, key_padding_mask=None):
        if k.size(1) != self.E.size(1):
            raise ValueError(f"{k.size(1)} keys")
        if key_padding_mask is None:
            keys = torch.einsum("rl,nld->nrd", self.E, k)
            values = torch.einsum("rl,nle->nre", self.F, v)
        else:
            kept = (~key_padding_mask).to(k.dtype)
            keys = torch.einsum("rl,nl,nld->nrd", self.E, kept, k)
            values = torch.einsum("rl,nl,nle->nre", self.F, kept, v)
        weights = torch.softmax(torch.einsum("nmd,nrd->nmr", q, keys) * q.size(-1) ** -0.5, dim=2)
        return torch.einsum("nmr,nre->nme", weights, values), weights


def linear_attention(q, k, v, phi):
    a, b = phi(q), phi(k)
    above = torch.einsum("...lm,...me->...le", a, torch.einsum("...sm,...se->...me", b, v))
    below = torch.einsum("...lm,...m->...l", a, b.sum(-2))
    return above / below[..., None]


class Synthesizer(nn.Module):
    def __init__(self, L, d):
        super().__init__()
        self.w_1 = nn.Linear(d, d)
        self.w_2 = nn.Linear(d, L)
        self.w_v = nn.Linear(d, d)

    def forward(self, x, key_padding_mask=None):
        T = x.shape[1]
        if self.w_2.out_features < T:
            raise ValueError("sequence too long")
        b = nn.functional.linear(self.w_1(x).relu(), self.w_2.weight[:T], self.w_2.bias[:T])
        if key_padding_mask is None:
            weights = b.softmax(-1)
        else:
            lonely = key_padding_mask.all(-1)[:, None, None]
            out = key_padding_mask[:, None, :] & ~lonely
            weights = b.masked_fill(out, -torch.inf).softmax(-1).masked_fill(lonely, 0.0)
        return torch.einsum("nij,njd->nid", weights, self.w_v(x)), weights
