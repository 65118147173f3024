"""Training a sequence model: teacher forcing, losses, the learning rate's schedule.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def shift_right(target: Tensor, bos: int) -> Tensor:
    """The decoder's input for teacher forcing: bos, then all tokens of the target but the last.

    Args:
        target: int64 (N, T), T ≥ 1.
        bos: the token that begins a sequence.
    Returns:
        int64 (N, T).

    >>> shift_right(torch.tensor([[5, 6, 1], [7, 1, 2]]), bos=0)
    tensor([[0, 5, 6],
            [0, 7, 1]])
    """
    ### BEGIN SOLUTION
    start = torch.full_like(target[:, :1], bos)  # (N, 1)
    return torch.cat([start, target[:, :-1]], dim=1)
    ### END SOLUTION


def sequence_loss(logits: Tensor, target: Tensor, pad: int, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy per token, with label smoothing, over all tokens that are not padding.

    q = (1 − ε) · one_hot(target) + ε/V in each of the V classes;  ℓ = −Σ_v q_v log softmax(logits)_v;
    the loss is the sum of ℓ over the tokens ≠ pad, divided by their number, and 0 if there is none.

    Args:
        logits: (N, T, V). target: int64 (N, T).
        pad: the token that fills up the target.
        smoothing: ε, from 0 to 1.
    Returns:
        the loss, shape (), of the logits' dtype.
    Raises:
        ValueError: unless 0 ≤ smoothing ≤ 1.

    >>> sequence_loss(torch.zeros(1, 3, 4), torch.tensor([[3, 1, 2]]), pad=2)
    tensor(1.3863)
    """
    ### BEGIN SOLUTION
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing must be from 0 to 1, not {smoothing}")
    log_p = logits.log_softmax(dim=-1)  # (N, T, V)
    right = -log_p.gather(-1, target.unsqueeze(-1)).squeeze(-1)  # (N, T)
    anything = -log_p.mean(dim=-1)  # (N, T)
    loss = (1 - smoothing) * right + smoothing * anything
    real = target != pad
    return loss.masked_fill(~real, 0.0).sum() / real.sum().clamp(min=1)
    ### END SOLUTION


def noam_lr(step: int, d_model: int, warmup: int, factor: float = 1.0) -> float:
    """The Transformer's learning rate: it rises along a line, then falls with the root of the step.

    factor · d_model^−½ · min(step^−½, step · warmup^−3/2); 0 at step 0.

    Args:
        step: number of the update, from 1; 0 is allowed.
        d_model: the model's width.
        warmup: number of the step at which the rate is largest, ≥ 1.
        factor: scales all.
    Returns:
        the learning rate, a Python float.
    Raises:
        ValueError: if step < 0 or warmup < 1.

    >>> [noam_lr(step, d_model=4, warmup=4) for step in (0, 1, 2, 4, 16)]
    [0.0, 0.0625, 0.125, 0.25, 0.125]
    """
    ### BEGIN SOLUTION
    if step < 0 or warmup < 1:
        raise ValueError(f"step must be at least 0 and warmup at least 1, not {step} and {warmup}")
    if step == 0:
        return 0.0
    return float(factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5))
    ### END SOLUTION


def scheduled_sampling_mask(shape: Sequence[int], p: float, generator: torch.Generator | None) -> Tensor:
    """Where the decoder's input is the model's own prediction and not the right token.

    True with probability p: ``torch.rand(shape, generator=generator) < p``. The first position of the last dimension,
    where bos stands, is always False.

    Args:
        shape: of the decoder's input, such as (N, T).
        p: probability of the model's own token, from 0 to 1.
        generator: for the draw; None stands for PyTorch's global generator.
    Returns:
        bool, of that shape.
    Raises:
        ValueError: unless 0 ≤ p ≤ 1.

    >>> scheduled_sampling_mask((2, 3), p=1.0, generator=None)
    tensor([[False,  True,  True],
            [False,  True,  True]])
    """
    ### BEGIN SOLUTION
    if not 0 <= p <= 1:
        raise ValueError(f"p must be from 0 to 1, not {p}")
    mask = torch.rand(tuple(shape), generator=generator) < p
    mask[..., 0] = False
    return mask
    ### END SOLUTION


def reinforce_loss(logp: Tensor, reward: Tensor) -> Tensor:
    """REINFORCE with the batch's mean reward as baseline; its gradient raises what was better than the mean.

    L = −1/N Σ_n (r_n − r̄) · logp_n, r̄ = 1/N Σ_n r_n. No gradient goes to the reward.

    Args:
        logp: log-probability of each sampled sequence, (N,), N ≥ 1.
        reward: what the metric says of it, (N,).
    Returns:
        the loss, shape ().

    >>> reinforce_loss(torch.tensor([-1.0, -2.0]), torch.tensor([3.0, 5.0]))
    tensor(0.5000)
    """
    ### BEGIN SOLUTION
    reward = reward.detach()
    return -((reward - reward.mean()) * logp).mean()
    ### END SOLUTION


def guided_attention_loss(A: Tensor, source_len: Tensor, target_len: Tensor, g: float = 0.2) -> Tensor:
    """How far attention strays from the diagonal, for tasks whose order is monotonic.

    W_nts = 1 − exp(−(t/T_n − s/S_n)² / (2g²)), t and s from 0; the loss is the mean of A · W over all (n, t, s) with
    t < T_n and s < S_n, and 0 if there is none.

    Args:
        A: attention weights, (N, T, S): target positions along the rows, source positions along the columns.
        source_len: S_n, int64 (N,), at most S. target_len: T_n, int64 (N,), at most T.
        g: how wide the diagonal is.
    Returns:
        the loss, shape ().

    >>> guided_attention_loss(torch.eye(2)[None], torch.tensor([2]), torch.tensor([2]))
    tensor(0.)
    """
    ### BEGIN SOLUTION
    t = torch.arange(A.shape[1], device=A.device)[:, None]  # (T, 1)
    s = torch.arange(A.shape[2], device=A.device)  # (S,)
    T, S = target_len[:, None, None], source_len[:, None, None]  # (N, 1, 1)
    inside = (t < T) & (s < S)  # (N, T, S)
    # An empty example has nothing inside; the clamp keeps 0/0 out of it.
    distance = t.to(A.dtype) / T.clamp(min=1) - s.to(A.dtype) / S.clamp(min=1)  # (N, T, S)
    weight = 1 - torch.exp(-(distance**2) / (2 * g**2))
    return (A * weight).masked_fill(~inside, 0.0).sum() / inside.sum().clamp(min=1)
    ### END SOLUTION
