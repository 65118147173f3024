"""The Transformer's layers: normalisation, attention, encoder and decoder layers, a non-autoregressive decoder.

The handout (README.md) has the formulas, the names of all parameters, worked examples and every convention.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def causal_mask(L: int) -> Tensor:
    """The mask of self-attention that looks at no later position.

    Entry (i, j) is True where position i may attend to position j: where j ≤ i.

    Returns:
        bool (L, L).

    >>> causal_mask(3)
    tensor([[ True, False, False],
            [ True,  True, False],
            [ True,  True,  True]])
    """
    raise NotImplementedError


class LayerNorm(nn.Module):
    """y = weight · (x − μ) / √(σ² + ε) + bias, with mean μ and variance σ² (1/D) over the last dimension.

    Parameters: ``weight`` (D,), at first ones; ``bias`` (D,), at first zeros.

    >>> LayerNorm(2)(torch.tensor([[1.0, 3.0]]))
    tensor([[-1.0000,  1.0000]], grad_fn=<AddBackward0>)
    """

    def __init__(self, D: int, eps: float = 1e-5):
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """x (…, D) -> (…, D)."""
        raise NotImplementedError


class MultiHeadAttention(nn.Module):
    """Each query position collects values from the memory, in several heads with weights of their own.

    Self-attention if query and memory are one tensor, cross-attention if the memory is the encoder's output.

    Parts: ``q_proj``, ``k_proj``, ``v_proj``, ``out_proj``, each ``nn.Linear(d_model, d_model)``. Head i owns the
    components i·d … (i + 1)·d − 1 of the queries, keys and values, d = d_model / num_heads.
    Raises ValueError if num_heads does not divide d_model.
    """

    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        raise NotImplementedError

    def forward(self, query: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attend from every query position to the memory.

        Args:
            query: (N, L, D). memory: (N, S, D).
            mask: bool, broadcasts to (N, L, S), True where l may attend to s; None: everywhere.
        Returns:
            (out, weights): (N, L, D) and (N, num_heads, L, S). A query that may attend to nothing has the weights 0.
        """
        raise NotImplementedError


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward network, each with a residual connection and a LayerNorm.

    post-norm (the default):  x ← norm1(x + Attention(x));  x ← norm2(x + FFN(x))
    pre-norm (norm_first):    x ← x + Attention(norm1(x));  x ← x + FFN(norm2(x))
    with FFN(x) = linear2(ReLU(linear1(x))). There is no dropout.

    Parts: ``self_attn`` (MultiHeadAttention), ``linear1`` (d_model → d_ff), ``linear2`` (d_ff → d_model), ``norm1``,
    ``norm2`` (LayerNorm).
    """

    def __init__(self, d_model: int, num_heads: int, d_ff: int, norm_first: bool = False):
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """One layer.

        Args:
            x: (N, L, D).
            padding_mask: bool (N, L), True = padding, which no position attends to; None: no padding.
        Returns:
            (N, L, D).
        """
        raise NotImplementedError


class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention to the encoder's output, and a feed-forward network.

    post-norm (the default):  x ← norm1(x + SelfAttention(x));  x ← norm2(x + CrossAttention(x, memory));
                              x ← norm3(x + FFN(x))
    pre-norm (norm_first):    x ← x + SelfAttention(norm1(x));  x ← x + CrossAttention(norm2(x), memory);
                              x ← x + FFN(norm3(x))

    Parts: ``self_attn``, ``cross_attn`` (MultiHeadAttention), ``linear1``, ``linear2``, ``norm1``, ``norm2``,
    ``norm3``.
    """

    def __init__(self, d_model: int, num_heads: int, d_ff: int, norm_first: bool = False):
        super().__init__()
        raise NotImplementedError

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        padding_mask: Tensor | None = None,
        memory_padding_mask: Tensor | None = None,
        causal: bool = True,
    ) -> Tensor:
        """One layer; it makes the causal mask itself.

        Args:
            x: the target so far, (N, T, D). memory: the encoder's output, (N, S, D).
            padding_mask: bool (N, T), True = padding in the target; None: no padding.
            memory_padding_mask: bool (N, S), True = padding in the source; None: no padding.
            causal: may a position see no later one? False for a non-autoregressive decoder.
        Returns:
            (N, T, D).
        """
        raise NotImplementedError


class NATDecoder(nn.Module):
    """A non-autoregressive decoder: all tokens at once, from one learned vector per position.

    x_t = positions[t]; then num_layers post-norm DecoderLayers without a causal mask; then a linear layer to logits.

    Parts: ``positions`` (``nn.Embedding(max_len, d_model)``), ``layers`` (``nn.ModuleList`` of DecoderLayer),
    ``output`` (``nn.Linear(d_model, vocab_size)``).
    """

    def __init__(self, d_model: int, num_heads: int, d_ff: int, num_layers: int, vocab_size: int, max_len: int):
        super().__init__()
        raise NotImplementedError

    def forward(self, memory: Tensor, length: Tensor, memory_padding_mask: Tensor | None = None) -> Tensor:
        """The logits of all target positions.

        Args:
            memory: the encoder's output, (N, S, D).
            length: how long each target is, int64 (N,), each from 1 to max_len.
            memory_padding_mask: bool (N, S), True = padding in the source; None: no padding.
        Returns:
            logits (N, T, V), T the largest length. Row n at t ≥ length[n] is padding: finite, without meaning.
        Raises:
            ValueError: if a length is not from 1 to max_len.
        """
        raise NotImplementedError
