"""From a sequence to one answer: attention pooling, and a loss that keeps speakers apart.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class SelfAttentionPooling(nn.Module):
    """One vector for a sequence: the mean of its positions, weighted by what they are worth.

    e_t = w·h_t;  a = softmax of e over the positions that are no padding;  result = Σ_t a_t h_t. There is no bias,
    for it would add the same to every e_t, and no 1/√d.

    State dict: "w.weight", (1, d), of an nn.Linear without a bias.

    Args:
        d: width.

    >>> SelfAttentionPooling(d=3)(torch.ones(2, 5, 3)).shape
    torch.Size([2, 3])
    """

    def __init__(self, d: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.w = nn.Linear(d, 1, bias=False)
        ### END SOLUTION

    def forward(self, h: Tensor, pad: Tensor | None = None) -> Tensor:
        """Pools each sequence.

        Args:
            h: (N, T, d).
            pad: bool, (N, T), True = this position is padding and gets the weight 0. None: no padding.
        Returns:
            (N, d); zeros for a sequence that is all padding.
        """
        ### BEGIN SOLUTION
        e = self.w(h)  # (N, T, 1)
        if pad is None:
            a = e.softmax(dim=1)
        else:
            padding = pad[:, :, None]
            a = e.masked_fill(padding, torch.finfo(e.dtype).min).softmax(dim=1).masked_fill(padding, 0.0)
        return (a * h).sum(dim=1)
        ### END SOLUTION


def am_softmax(cos: Tensor, y: Tensor, s: float, m: float) -> Tensor:
    """The additive-margin softmax loss: the right speaker must win by a margin.

    z_nj = s·(cos_nj − m) for j = y_n, s·cos_nj for the others;
    loss = −1/N Σ_n log( exp(z_n,y_n) / Σ_j exp(z_nj) ). It does not overflow, however large s is.

    Args:
        cos: cosines between N utterances and C speakers, (N, C).
        y: the right speakers, (N,) int64.
        s: scale, positive.
        m: margin.
    Returns:
        a 0-dimensional tensor: the mean over the utterances.

    >>> am_softmax(torch.tensor([[0.5, 0.25]]), torch.tensor([0]), s=4.0, m=0.25)
    tensor(0.6931)
    """
    ### BEGIN SOLUTION
    right = functional.one_hot(y, cos.shape[1]).to(cos)  # (N, C)
    return functional.cross_entropy(s * (cos - m * right), y)
    ### END SOLUTION
