"""Self-attention: scaled dot products, many heads, positions, and masks that say who may attend to whom.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def scaled_dot_product_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Each query's weighted mean of the values, weighted by how well the keys match it.

    e_ij = q_i·k_j / √d;  a_ij = exp(e_ij) / Σ_j' exp(e_ij'), the sum over the keys that query i may attend to;
    out_i = Σ_j a_ij v_j. The weight of any other key is exactly 0. A query that may attend to no key has weights 0
    and output 0, and its gradients are 0, never NaN.

    Args:
        q: queries, (…, L, d).
        k: keys, (…, S, d).
        v: values, (…, S, e). The leading dimensions … of q, k and v are the same; there may be none.
        mask: bool, broadcasts to (…, L, S), True = this query may attend to this key. None: every one to every one.
    Returns:
        (out, weights): (…, L, e) and (…, L, S).

    >>> q, k, v = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0], [2.0, 0.0]]), torch.tensor([[0.0], [10.0]])
    >>> scaled_dot_product_attention(q, k, v)
    (tensor([[8.0443]]), tensor([[0.1956, 0.8044]]))
    """
    ### BEGIN SOLUTION
    e = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (…, L, S)
    if mask is None:
        a = e.softmax(dim=-1)
    else:
        # Not −inf: a row of nothing but −inf becomes NaN, and its gradient with it.
        e = e.masked_fill(~mask, torch.finfo(e.dtype).min)
        a = e.softmax(dim=-1).masked_fill(~mask, 0.0)  # the second one is for rows without any key
    return a @ v, a  # (…, L, S) @ (…, S, e)
    ### END SOLUTION


class MultiHeadAttention(nn.Module):
    """Self-attention in several subspaces at once.

    q, k, v = x through w_q, w_k, w_v, three nn.Linear(d_model, d_model); head h (from 0) has the features
    h·d … (h + 1)·d − 1 of each, d = d_model / num_heads. Each head attends by itself, scaled by 1/√d. The outputs of
    the heads, side by side in the order of the heads, go through w_o, an nn.Linear(d_model, d_model).

    State dict: "w_q.weight", "w_q.bias", "w_k.weight", … "w_o.bias"; the weights (D, D), the biases (D,).

    Args:
        d_model: width D of the input and of the output.
        num_heads: number of heads H.
    Raises:
        ValueError: if num_heads does not divide d_model.

    >>> out, weights = MultiHeadAttention(d_model=6, num_heads=2)(torch.zeros(1, 3, 6))
    >>> out.shape, weights.shape
    (torch.Size([1, 3, 6]), torch.Size([1, 2, 3, 3]))
    """

    def __init__(self, d_model: int, num_heads: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if d_model % num_heads:
            raise ValueError(f"num_heads = {num_heads} does not divide d_model = {d_model}")
        self.num_heads = num_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(
        self, x: Tensor, key_padding_mask: Tensor | None = None, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Lets the positions of each sequence attend to each other.

        Args:
            x: (N, L, D).
            key_padding_mask: bool, (N, L), True = this position is padding: nobody attends to it. None: no padding.
            mask: bool, broadcasts to (N, H, L, L), True = this query may attend to this key; such as an (L, L) of
                local_mask. None: every one to every one. A key needs the leave of both masks.
        Returns:
            (out, weights): (N, L, D) and the weights of each head, (N, H, L, L).
        """
        ### BEGIN SOLUTION
        N, L, D = x.shape
        # Features first into (H, d), then the heads to the front: (N, L, D) -> (N, L, H, d) -> (N, H, L, d).
        q, k, v = (w(x).reshape(N, L, self.num_heads, -1).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        if key_padding_mask is not None:
            real = ~key_padding_mask[:, None, None, :]  # (N, 1, 1, L)
            mask = real if mask is None else mask & real
        out, weights = scaled_dot_product_attention(q, k, v, mask)  # (N, H, L, d), (N, H, L, L)
        return self.w_o(out.transpose(1, 2).reshape(N, L, D)), weights
        ### END SOLUTION


def sinusoidal_positions(L: int, D: int) -> Tensor:
    """A vector for each position, made of sines and cosines of falling frequency.

    P[p, 2i] = sin(p / 10000^(2i/D)), P[p, 2i + 1] = cos(p / 10000^(2i/D)), p = 0 … L − 1. For an odd D the last
    column is a sine without its cosine.

    Args:
        L: number of positions.
        D: width.
    Returns:
        (L, D), float32.

    >>> sinusoidal_positions(2, 4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    ### BEGIN SOLUTION
    column = torch.arange(D)
    rate = 10000.0 ** (-(column - column % 2) / D)  # (D,): column 2i + 1 has the rate of column 2i
    angle = torch.arange(L)[:, None] * rate  # (L, D)
    return torch.where(column % 2 == 0, angle.sin(), angle.cos()).to(torch.float32)
    ### END SOLUTION


def local_mask(L: int, w: int) -> Tensor:
    """Everyone attends to its neighbours at a distance of at most w: True where |i − j| ≤ w.

    Args:
        L: length of the sequence.
        w: the radius; 0 leaves the diagonal alone.
    Returns:
        (L, L), bool, [query, key].
    Raises:
        ValueError: if w < 0.

    >>> local_mask(3, 1)
    tensor([[ True,  True, False],
            [ True,  True,  True],
            [False,  True,  True]])
    """
    ### BEGIN SOLUTION
    if w < 0:
        raise ValueError(f"the radius w must not be negative, it is {w}")
    i = torch.arange(L)
    return (i[:, None] - i).abs() <= w
    ### END SOLUTION


def stride_mask(L: int, s: int) -> Tensor:
    """Everyone attends to the positions at a distance of 0, s, 2s, 3s, …: True where s divides i − j.

    Args:
        L: length of the sequence.
        s: the stride; 1 allows everything.
    Returns:
        (L, L), bool, [query, key].
    Raises:
        ValueError: if s < 1.

    >>> stride_mask(3, 2)
    tensor([[ True, False,  True],
            [False,  True, False],
            [ True, False,  True]])
    """
    ### BEGIN SOLUTION
    if s < 1:
        raise ValueError(f"the stride s must be at least 1, it is {s}")
    i = torch.arange(L)
    return (i[:, None] - i) % s == 0
    ### END SOLUTION


def global_mask(L: int, index: Tensor | Sequence[int]) -> Tensor:
    """Some positions attend to everyone and everyone attends to them: True where i or j is in index.

    The others do not attend to each other, and not to themselves either.

    Args:
        L: length of the sequence.
        index: the global positions, 0 ≤ index < L, in any order: (G,) int64 or a list of ints; maybe none.
    Returns:
        (L, L), bool, [query, key].

    >>> global_mask(3, [1])
    tensor([[False,  True, False],
            [ True,  True,  True],
            [False,  True, False]])
    """
    ### BEGIN SOLUTION
    special = torch.zeros(L, dtype=torch.bool)
    special[torch.as_tensor(index, dtype=torch.long)] = True
    return special[:, None] | special
    ### END SOLUTION


def graph_mask(edge_index: Tensor, N: int) -> Tensor:
    """Each node attends to the nodes with an edge to it, and to itself.

    An edge goes from edge_index[0] (source) to edge_index[1] (target); the target attends to the source. The other
    way needs an edge of its own.

    Args:
        edge_index: (2, E) int64, one edge a column; E may be 0, an edge may stand there twice.
        N: number of nodes.
    Returns:
        (N, N), bool, [query, key], True on the diagonal.

    >>> graph_mask(torch.tensor([[0, 0], [1, 2]]), 3)
    tensor([[ True, False, False],
            [ True,  True, False],
            [ True, False,  True]])
    """
    ### BEGIN SOLUTION
    source, target = edge_index
    mask = torch.eye(N, dtype=torch.bool)
    mask[target, source] = True
    return mask
    ### END SOLUTION
