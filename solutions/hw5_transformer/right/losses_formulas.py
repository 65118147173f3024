"""Distributions written out as tensors of classes.

module: losses
"""

import torch
import torch.nn.functional as F


def shift_right(target, bos):
    return F.pad(target, (1, -1), value=bos)


def sequence_loss(logits, target, pad, smoothing=0.0):
    if smoothing < 0 or smoothing > 1:
        raise ValueError(smoothing)
    V = logits.shape[-1]
    q = (1 - smoothing) * F.one_hot(target, V).to(logits.dtype) + smoothing / V
    q = q * (target != pad).unsqueeze(-1)
    log = logits - torch.logsumexp(logits, dim=-1, keepdim=True)
    return -(q * log).sum() / max(int((target != pad).sum()), 1)


def noam_lr(step, d_model, warmup, factor=1.0):
    if step < 0:
        raise ValueError("step")
    if warmup < 1:
        raise ValueError("warmup")
    peak = factor / (d_model * warmup) ** 0.5
    return float(peak * step / warmup if step < warmup else peak * (warmup / step) ** 0.5)


def scheduled_sampling_mask(shape, p, generator):
    if p < 0 or p > 1:
        raise ValueError(p)
    drawn = torch.lt(torch.rand(*shape, generator=generator), p)
    return drawn & (torch.arange(shape[-1]) > 0)


def reinforce_loss(logp, reward):
    with torch.no_grad():
        weight = (reward - reward.mean()) / len(reward)
    return -torch.dot(weight, logp)


def guided_attention_loss(A, source_len, target_len, g=0.2):
    terms, number = [0 * A.sum()], 0
    for a, S, T in zip(A, source_len.tolist(), target_len.tolist(), strict=True):
        if S and T:
            t = torch.arange(T, dtype=A.dtype).unsqueeze(1) / T
            s = torch.arange(S, dtype=A.dtype).unsqueeze(0) / S
            terms.append((a[:T, :S] * (1 - torch.exp(-0.5 * ((t - s) / g) ** 2))).sum())
            number += S * T
    return sum(terms) / max(number, 1)
