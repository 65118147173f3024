"""Gives every layer the positions, not what the last one made.

module: layers
rejected by: test_nat_decoder_value, test_nat_decoder_lengths
"""

# ruff: noqa: F821  (LayerNorm and the other layers stand in the module)

import torch
from torch import nn


class NATDecoder(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, num_layers, vocab_size, max_len):
        super().__init__()
        self.positions = nn.Embedding(max_len, d_model)
        self.layers = nn.ModuleList(DecoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers))
        self.output = nn.Linear(d_model, vocab_size)

    def forward(self, memory, length, memory_padding_mask=None):
        if length.min() < 1 or length.max() > self.positions.num_embeddings:
            raise ValueError("length")
        steps = torch.arange(int(length.max()))
        padding_mask = steps >= length[:, None]
        x = self.positions(steps).expand(len(memory), -1, -1)
        start = x
        for layer in self.layers:
            x = layer(start, memory, padding_mask, memory_padding_mask, causal=False)
        return self.output(x)
