"""One sequence and one utterance at a time.

module: pooling
"""

import torch
from torch import nn


class SelfAttentionPooling(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.w = nn.Linear(in_features=d, out_features=1, bias=False)

    def forward(self, h, pad=None):
        results = []
        for i, frames in enumerate(h):
            kept = frames if pad is None else frames[~pad[i]]
            scores = self.w(kept)
            if len(kept):
                scores = scores - scores.max()
            e = scores.exp()
            results.append((e * kept).sum(0) / e.sum() if len(kept) else 0 * frames.sum(0))
        return torch.stack(results)


def am_softmax(cos, y, s, m):
    losses = []
    for row, right in zip(cos, y.tolist(), strict=True):
        z = torch.stack([s * (c - m) if j == right else s * c for j, c in enumerate(row)])
        losses.append(-torch.log_softmax(z, 0)[right])
    return sum(losses) / len(losses)
