"""Attention for long sequences: clusters, Sinkhorn, Linformer, linear attention, Synthesizer.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn


def cluster_mask(q: Tensor, k: Tensor, centers: Tensor) -> Tensor:
    """A query attends to the keys of its own cluster.

    A vector belongs to the cluster whose center is nearest by Euclidean distance; at a tie to the one with the
    smaller number.

    Args:
        q: queries, (…, L, d).
        k: keys, (…, S, d); the leading dimensions are those of q, there may be none.
        centers: (C, d), the same for queries and keys and for the whole batch.
    Returns:
        (…, L, S), bool, True where query and key are in one cluster.

    >>> centers = torch.tensor([[0.0], [10.0]])
    >>> cluster_mask(torch.tensor([[1.0], [7.0]]), torch.tensor([[9.0], [4.0], [5.0]]), centers)
    tensor([[False,  True,  True],
            [ True, False, False]])
    """
    raise NotImplementedError


def sinkhorn(logits: Tensor, n: int) -> Tensor:
    """Turns any square matrix into one whose rows and columns sum to 1: Sinkhorn's algorithm.

    P = exp(logits); then n rounds, each of which first divides every row by its sum (over the last dimension) and
    then every column by its sum. So the columns sum to 1 exactly, the rows the better the larger n is. Values and
    gradients are finite for logits of ±1000 too: work with log P.

    Args:
        logits: (…, L, L).
        n: number of rounds.
    Returns:
        (…, L, L).
    Raises:
        ValueError: if n < 1.

    >>> sinkhorn(torch.tensor([[4.0, 1.0], [2.0, 2.0]]).log(), n=1)
    tensor([[0.6154, 0.2857],
            [0.3846, 0.7143]])
    """
    raise NotImplementedError


class Linformer(nn.Module):
    """Attention to r mixtures of the L keys and values, in place of all L.

    k' = E k, v' = F v;  out = softmax(q k'ᵀ / √d) v'. E and F are learnt and mix positions; they know nothing of the
    width. There are no other parameters: q, k and v come from outside.

    State dict: "E" and "F", both (r, L).

    Args:
        L: number of keys.
        r: number of mixtures.

    >>> q, k, v = torch.zeros(1, 4, 3), torch.zeros(1, 5, 3), torch.zeros(1, 5, 7)
    >>> out, weights = Linformer(L=5, r=2)(q, k, v)
    >>> out.shape, weights.shape
    (torch.Size([1, 4, 7]), torch.Size([1, 4, 2]))
    """

    def __init__(self, L: int, r: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, q: Tensor, k: Tensor, v: Tensor, key_padding_mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attends to the mixtures.

        Args:
            q: queries, (N, M, d); M may differ from L.
            k: keys, (N, L, d).
            v: values, (N, L, e).
            key_padding_mask: bool, (N, L), True = this position is padding: its key and its value count as zeros
                before they are mixed. None: no padding.
        Returns:
            (out, weights): (N, M, e) and (N, M, r).
        Raises:
            ValueError: if k has not L positions.
        """
        raise NotImplementedError


def linear_attention(q: Tensor, k: Tensor, v: Tensor, phi: Callable[[Tensor], Tensor]) -> Tensor:
    """Attention with the weights φ(q_i)·φ(k_j) in place of exp(q_i·k_j), in time and memory linear in the length.

    out_i = Σ_j (φ(q_i)·φ(k_j)) v_j / Σ_j φ(q_i)·φ(k_j), every query over every key, without 1/√d and without an ε.
    Each of the sums over j is taken once for all queries: no tensor here has L·S elements.

    Args:
        q: queries, (…, L, d).
        k: keys, (…, S, d).
        v: values, (…, S, e). The leading dimensions … of q, k and v are the same; there may be none.
        phi: φ maps (…, T, d) to (…, T, m), vector by vector; its values are positive. m may differ from d. It is
            called twice, once with all of q and once with all of k.
    Returns:
        (…, L, e).

    >>> k, v = torch.tensor([[0.0], [2.0]]), torch.tensor([[0.0], [8.0]])
    >>> linear_attention(torch.tensor([[5.0]]), k, v, lambda t: t + 1)
    tensor([[6.]])
    """
    raise NotImplementedError


class Synthesizer(nn.Module):
    """Attention whose weights are made from each position alone, without comparing it to others (dense Synthesizer).

    b_i = w_2(ReLU(w_1(x_i))), one number for each position that could be attended to; a_i = softmax of the first T of
    them, without a 1/√d; out_i = Σ_j a_ij w_v(x_j).

    State dict: "w_1.weight" (d, d), "w_1.bias" (d,), "w_2.weight" (L, d), "w_2.bias" (L,), "w_v.weight" (d, d),
    "w_v.bias" (d,), all of nn.Linear.

    Args:
        L: the largest length.
        d: width.

    >>> out, weights = Synthesizer(L=5, d=2)(torch.zeros(1, 3, 2))
    >>> out.shape, weights.shape
    (torch.Size([1, 3, 2]), torch.Size([1, 3, 3]))
    """

    def __init__(self, L: int, d: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mixes the positions of each sequence.

        Args:
            x: (N, T, d), T ≤ L.
            key_padding_mask: bool, (N, T), True = this position is padding and gets the weight 0. None: no padding.
                If all of a sequence is padding, its weights and its output are 0.
        Returns:
            (out, weights): (N, T, d) and (N, T, T).
        Raises:
            ValueError: if T > L.
        """
        raise NotImplementedError
