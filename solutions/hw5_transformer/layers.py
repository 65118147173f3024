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
    ### BEGIN SOLUTION
    return torch.ones(L, L, dtype=torch.bool).tril()
    ### END SOLUTION


class LayerNorm(nn.Module):
    """y = weight · (x − μ) / √(σ² + ε) + bias, with mean μ and variance σ² (1/D) over the last dimension.

    Parameters: ``weight`` (D,), at first ones; ``bias`` (D,), at first zeros.

    >>> LayerNorm(2)(torch.tensor([[1.0, 3.0]]))
    tensor([[-1.0000,  1.0000]], grad_fn=<AddBackward0>)
    """

    def __init__(self, D: int, eps: float = 1e-5):
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(D))
        self.bias = nn.Parameter(torch.zeros(D))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """x (…, D) -> (…, D)."""
        ### BEGIN SOLUTION
        mean = x.mean(dim=-1, keepdim=True)
        variance = ((x - mean) ** 2).mean(dim=-1, keepdim=True)
        return self.weight * ((x - mean) / torch.sqrt(variance + self.eps)) + self.bias
        ### END SOLUTION


class MultiHeadAttention(nn.Module):
    """Each query position collects values from the memory, in several heads with weights of their own.

    Self-attention if query and memory are one tensor, cross-attention if the memory is the encoder's output.

    Parts: ``q_proj``, ``k_proj``, ``v_proj``, ``out_proj``, each ``nn.Linear(d_model, d_model)``. Head i owns the
    components i·d … (i + 1)·d − 1 of the queries, keys and values, d = d_model / num_heads.
    Raises ValueError if num_heads does not divide d_model.
    """

    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        ### BEGIN SOLUTION
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads do not divide d_model = {d_model}")
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(self, query: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Attend from every query position to the memory.

        Args:
            query: (N, L, D). memory: (N, S, D).
            mask: bool, broadcasts to (N, L, S), True where l may attend to s; None: everywhere.
        Returns:
            (out, weights): (N, L, D) and (N, num_heads, L, S). A query that may attend to nothing has the weights 0.
        """
        ### BEGIN SOLUTION

        def split(x: Tensor) -> Tensor:  # the components are cut into heads, the positions stay
            return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

        q = split(self.q_proj(query))  # (N, h, L, d)
        k = split(self.k_proj(memory))  # (N, h, S, d)
        v = split(self.v_proj(memory))  # (N, h, S, d)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (N, h, L, S)
        if mask is None:
            weights = scores.softmax(dim=-1)
        else:
            closed = ~mask.expand(len(query), query.shape[1], memory.shape[1]).unsqueeze(1)  # (N, 1, L, S)
            # The lowest finite number and not −inf: a row of −inf alone would become NaN.
            weights = scores.masked_fill(closed, torch.finfo(scores.dtype).min).softmax(dim=-1)
            weights = weights.masked_fill(closed, 0.0)
        heads = weights @ v  # (N, h, L, d)
        return self.out_proj(heads.transpose(1, 2).flatten(2)), weights
        ### END SOLUTION


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
        ### BEGIN SOLUTION
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        ### END SOLUTION

    def forward(self, x: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """One layer.

        Args:
            x: (N, L, D).
            padding_mask: bool (N, L), True = padding, which no position attends to; None: no padding.
        Returns:
            (N, L, D).
        """
        ### BEGIN SOLUTION
        mask = None if padding_mask is None else ~padding_mask[:, None, :]  # (N, 1, L), True = may attend

        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, mask)[0]

        def feed_forward(x: Tensor) -> Tensor:
            return self.linear2(torch.relu(self.linear1(x)))

        if self.norm_first:
            x = x + attend(self.norm1(x))
            return x + feed_forward(self.norm2(x))
        x = self.norm1(x + attend(x))
        return self.norm2(x + feed_forward(x))
        ### END SOLUTION


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
        ### BEGIN SOLUTION
        self.norm_first = norm_first
        self.self_attn = MultiHeadAttention(d_model, num_heads)
        self.cross_attn = MultiHeadAttention(d_model, num_heads)
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.norm1 = LayerNorm(d_model)
        self.norm2 = LayerNorm(d_model)
        self.norm3 = LayerNorm(d_model)
        ### END SOLUTION

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
        ### BEGIN SOLUTION
        T = x.shape[1]
        mask = causal_mask(T).to(x.device) if causal else torch.ones(T, T, dtype=torch.bool, device=x.device)
        if padding_mask is not None:
            mask = mask & ~padding_mask[:, None, :]  # (N, T, T)
        memory_mask = None if memory_padding_mask is None else ~memory_padding_mask[:, None, :]  # (N, 1, S)

        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, mask)[0]

        def attend_to_memory(x: Tensor) -> Tensor:
            return self.cross_attn(x, memory, memory_mask)[0]

        def feed_forward(x: Tensor) -> Tensor:
            return self.linear2(torch.relu(self.linear1(x)))

        if self.norm_first:
            x = x + attend(self.norm1(x))
            x = x + attend_to_memory(self.norm2(x))
            return x + feed_forward(self.norm3(x))
        x = self.norm1(x + attend(x))
        x = self.norm2(x + attend_to_memory(x))
        return self.norm3(x + feed_forward(x))
        ### END SOLUTION


class NATDecoder(nn.Module):
    """A non-autoregressive decoder: all tokens at once, from one learned vector per position.

    x_t = positions[t]; then num_layers post-norm DecoderLayers without a causal mask; then a linear layer to logits.

    Parts: ``positions`` (``nn.Embedding(max_len, d_model)``), ``layers`` (``nn.ModuleList`` of DecoderLayer),
    ``output`` (``nn.Linear(d_model, vocab_size)``).
    """

    def __init__(self, d_model: int, num_heads: int, d_ff: int, num_layers: int, vocab_size: int, max_len: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.positions = nn.Embedding(max_len, d_model)
        self.layers = nn.ModuleList(DecoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers))
        self.output = nn.Linear(d_model, vocab_size)
        ### END SOLUTION

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
        ### BEGIN SOLUTION
        T = int(length.max())
        if not 1 <= length.min() <= T <= self.positions.num_embeddings:
            raise ValueError(f"a length must be from 1 to {self.positions.num_embeddings}, not {length.tolist()}")
        steps = torch.arange(T, device=memory.device)  # (T,)
        padding_mask = steps >= length[:, None]  # (N, T)
        x = self.positions(steps).expand(len(memory), T, -1)  # (N, T, D)
        for layer in self.layers:
            x = layer(x, memory, padding_mask, memory_padding_mask, causal=False)
        return self.output(x)  # (N, T, V)
        ### END SOLUTION
