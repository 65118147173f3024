"""Picks out what counts by indexing, and writes sequence_loss as an autograd Function.

module: losses
"""

import torch


def shift_right(target, bos):
    shifted = target.roll(1, dims=-1)
    shifted[..., 0] = bos
    return shifted


class _Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target, pad, smoothing):
        rows = (target != pad).nonzero(as_tuple=True)
        kept = logits[rows]
        log = kept.log_softmax(-1)
        q = torch.full_like(kept, smoothing / kept.shape[-1])
        q[torch.arange(len(q)), target[rows]] += 1 - smoothing
        ctx.rows, ctx.shape = rows, logits.shape
        ctx.save_for_backward(log, q)
        return -(q * log).sum() / max(len(q), 1)

    @staticmethod
    def backward(ctx, dloss):
        log, q = ctx.saved_tensors
        dlogits = torch.zeros(ctx.shape, dtype=log.dtype)
        dlogits[ctx.rows] = dloss * (log.exp() - q) / max(len(q), 1)
        return dlogits, None, None, None


def sequence_loss(logits, target, pad, smoothing=0.0):
    if not 0.0 <= smoothing <= 1.0:
        raise ValueError("smoothing")
    return _Loss.apply(logits, target, pad, smoothing)


def noam_lr(step, d_model, warmup, factor=1.0):
    if min(step, warmup - 1) < 0:
        raise ValueError("step or warmup")
    line = step / (warmup * warmup**0.5)
    return factor / d_model**0.5 * (min(line, 1 / step**0.5) if step else 0.0)


def scheduled_sampling_mask(shape, p, generator):
    if not (p >= 0 and p <= 1):
        raise ValueError("p")
    mask = torch.rand(tuple(shape), generator=generator) < p
    return torch.cat([torch.zeros_like(mask[..., :1]), mask[..., 1:]], dim=-1)


def reinforce_loss(logp, reward):
    # The covariance of reward and logp, up to its sign.
    r = reward.detach()
    return r.mean() * logp.mean() - (r * logp).mean()


def guided_attention_loss(A, source_len, target_len, g=0.2):
    n, t, s = torch.meshgrid(*(torch.arange(size) for size in A.shape), indexing="ij")
    inside = (t < target_len[n]) & (s < source_len[n])
    n, t, s = n[inside], t[inside], s[inside]
    if not len(n):
        return (A * 0).sum()
    distance = t.double() / target_len[n] - s.double() / source_len[n]
    weight = -torch.expm1(-(distance**2) / (2 * g * g))
    return (A[inside] * weight.to(A.dtype)).mean()
