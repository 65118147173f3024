"""einsum, with a softmax that is written out; the layers share one residual helper.

module: layers
"""

import torch
from torch import nn


def causal_mask(L):
    step = torch.arange(L)
    return step[:, None] >= step


class LayerNorm(nn.Module):
    def __init__(self, D, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(D))
        self.bias = nn.Parameter(torch.zeros(D))
        self.eps = eps

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        scale = torch.rsqrt(torch.einsum("...d,...d->...", centred, centred) / x.shape[-1] + self.eps)
        return torch.addcmul(self.bias, centred * scale.unsqueeze(-1), self.weight)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{num_heads} heads cannot share {d_model} components")
        self.split = (num_heads, d_model // num_heads)
        for name in ("q", "k", "v", "out"):
            self.add_module(f"{name}_proj", nn.Linear(d_model, d_model))

    def forward(self, query, memory, mask=None):
        q = self.q_proj(query).unflatten(-1, self.split) * self.split[1] ** -0.5
        k, v = (proj(memory).unflatten(-1, self.split) for proj in (self.k_proj, self.v_proj))
        scores = torch.einsum("nlhd,nshd->nhls", q, k)
        if mask is None:
            weights = scores.softmax(-1)
        else:
            keep = torch.broadcast_to(mask, (len(query), query.shape[1], memory.shape[1])).unsqueeze(1)
            top = scores.detach().masked_fill(~keep, torch.finfo(scores.dtype).min).amax(-1, keepdim=True)
            e = torch.where(keep, torch.exp(torch.where(keep, scores - top, 0)), 0)
            total = e.sum(-1, keepdim=True)
            weights = e / torch.where(total == 0, 1, total)
        return self.out_proj(torch.einsum("nhls,nshd->nlhd", weights, v).flatten(2)), weights


class _Layer(nn.Module):
    def _make(self, d_model, num_heads, d_ff, norm_first, blocks):
        self.norm_first = norm_first
        for name in blocks:
            self.add_module(name, MultiHeadAttention(d_model, num_heads))
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        for i in range(len(blocks) + 1):
            self.add_module(f"norm{i + 1}", LayerNorm(d_model))

    def _run(self, x, blocks):
        for i, block in enumerate([*blocks, lambda x: self.linear2(self.linear1(x).relu())], start=1):
            norm = getattr(self, f"norm{i}")
            x = x + block(norm(x)) if self.norm_first else norm(x + block(x))
        return x


class EncoderLayer(_Layer):
    def __init__(self, d_model, num_heads, d_ff, norm_first=False):
        super().__init__()
        self._make(d_model, num_heads, d_ff, norm_first, ["self_attn"])

    def forward(self, x, padding_mask=None):
        mask = None if padding_mask is None else padding_mask.logical_not().unsqueeze(1)
        return self._run(x, [lambda x: self.self_attn(x, x, mask)[0]])


class DecoderLayer(_Layer):
    def __init__(self, d_model, num_heads, d_ff, norm_first=False):
        super().__init__()
        self._make(d_model, num_heads, d_ff, norm_first, ["self_attn", "cross_attn"])

    def forward(self, x, memory, padding_mask=None, memory_padding_mask=None, causal=True):
        mask = causal_mask(x.shape[1]) if causal else None
        if padding_mask is not None:
            left = padding_mask.logical_not().unsqueeze(1)
            mask = left if mask is None else left & mask
        source = None if memory_padding_mask is None else memory_padding_mask.logical_not().unsqueeze(1)
        return self._run(x, [lambda x: self.self_attn(x, x, mask)[0], lambda x: self.cross_attn(x, memory, source)[0]])


class NATDecoder(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, num_layers, vocab_size, max_len):
        super().__init__()
        self.positions = nn.Embedding(max_len, d_model)
        self.layers = nn.ModuleList([DecoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers)])
        self.output = nn.Linear(d_model, vocab_size)

    def forward(self, memory, length, memory_padding_mask=None):
        if ((length < 1) | (length > len(self.positions.weight))).any():
            raise ValueError("length")
        longest = length.max().item()
        beyond = torch.arange(longest).ge(length.unsqueeze(1))
        x = self.positions.weight[:longest].repeat(len(memory), 1, 1)
        for layer in self.layers:
            x = layer(x, memory, beyond, memory_padding_mask, False)
        return self.output(x).masked_fill(beyond.unsqueeze(-1), 0.0)
