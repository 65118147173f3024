"""One example and one head at a time, on keys that are cut out instead of masked.

module: layers
"""

import math

import torch
from torch import nn


def causal_mask(L):
    return torch.tensor([[j <= i for j in range(L)] for i in range(L)], dtype=torch.bool)


class LayerNorm(nn.Module):
    def __init__(self, D, eps=1e-5):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.full((D,), 1.0)))
        self.register_parameter("bias", nn.Parameter(torch.full((D,), 0.0)))
        self.e = eps

    def forward(self, x):
        D = x.size(-1)
        mean = x.sum(-1, keepdim=True) / D
        variance = ((x - mean) ** 2).sum(-1, keepdim=True) / D
        return self.weight * ((x - mean) / (variance + self.e) ** 0.5) + self.bias


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.d, rest = divmod(d_model, num_heads)
        if rest > 0:
            raise ValueError("num_heads")
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, memory, mask=None):
        N, L, S = query.size(0), query.size(1), memory.size(1)
        may = torch.ones(N, L, S, dtype=torch.bool) if mask is None else mask.expand(N, L, S)
        nobody = ~may.any(-1, keepdim=True)
        # Where there is nothing to attend to, attend to all and forget the result.
        hidden = torch.zeros(N, L, S, dtype=query.dtype).masked_fill(~(may | nobody), -math.inf)
        q, k, v = self.q_proj(query), self.k_proj(memory), self.v_proj(memory)
        outs, weights = [], []
        for start in range(0, q.size(-1), self.d):
            part = slice(start, start + self.d)
            scores = torch.bmm(q[..., part], k[..., part].mT) / self.d**0.5
            a = torch.softmax(scores + hidden, -1) * ~nobody
            outs.append(torch.bmm(a, v[..., part]))
            weights.append(a)
        return self.out_proj(torch.cat(outs, -1)), torch.stack(weights, 1)


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, norm_first=False):
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        self.pre = norm_first

    def forward(self, x, padding_mask=None):
        mask = None
        if padding_mask is not None:
            mask = (~padding_mask).unsqueeze(1).repeat(1, x.size(1), 1)
        y = self.norm1(x) if self.pre else x
        x = x + self.self_attn(y, y, mask)[0]
        x = x if self.pre else self.norm1(x)
        y = self.norm2(x) if self.pre else x
        x = x + self.linear2(self.linear1(y).clamp(min=0))
        return x if self.pre else self.norm2(x)


class DecoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, norm_first=False):
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.cross_attn = MultiHeadAttention(d_model, num_heads)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        self.norm3 = LayerNorm(d_model)
        self.pre = norm_first

    def forward(self, x, memory, padding_mask=None, memory_padding_mask=None, causal=True):
        N, T, S = x.size(0), x.size(1), memory.size(1)
        padding_mask = torch.zeros(N, T, dtype=torch.bool) if padding_mask is None else padding_mask
        if memory_padding_mask is None:
            memory_padding_mask = torch.zeros(N, S, dtype=torch.bool)
        ahead = torch.ones(T, T, dtype=torch.bool).triu(1) if causal else torch.zeros(T, T, dtype=torch.bool)
        own = ~(ahead | padding_mask.view(N, 1, T))
        source = (~memory_padding_mask).view(N, 1, S)
        if self.pre:
            y = self.norm1(x)
            x = x + self.self_attn(y, y, own)[0]
            x = x + self.cross_attn(self.norm2(x), memory, source)[0]
            return x + self.linear2(torch.relu(self.linear1(self.norm3(x))))
        x = self.norm1(x + self.self_attn(x, x, own)[0])
        x = self.norm2(x + self.cross_attn(x, memory, source)[0])
        return self.norm3(x + self.linear2(torch.relu(self.linear1(x))))


class NATDecoder(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, num_layers, vocab_size, max_len):
        super().__init__()
        self.positions = nn.Embedding(max_len, d_model)
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(DecoderLayer(d_model, num_heads, d_ff, norm_first=False))
        self.output = nn.Linear(d_model, vocab_size)
        self.max_len = max_len

    def forward(self, memory, length, memory_padding_mask=None):
        lengths = length.tolist()
        if any(not 1 <= n <= self.max_len for n in lengths):
            raise ValueError(lengths)
        rows = []
        for i, n in enumerate(lengths):
            x = self.positions(torch.arange(n)).unsqueeze(0)
            hidden = None if memory_padding_mask is None else memory_padding_mask[i : i + 1]
            for layer in self.layers:
                x = layer(x, memory[i : i + 1], None, hidden, causal=False)
            rows.append(self.output(x[0]))
        return nn.utils.rnn.pad_sequence(rows, batch_first=True)
