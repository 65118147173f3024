"""Flattens with view, which refuses transposed logits.

module: losses
rejected by: test_sequence_loss_padding_anywhere
"""

import torch


def sequence_loss(logits, target, pad, smoothing=0.0):
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing")
    logits, target = logits.view(-1, logits.shape[-1]), target.view(-1)
    log = logits.log_softmax(dim=-1)
    right = log.gather(-1, target.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * log.mean(dim=-1)
    keep = target != pad
    return torch.where(keep, loss, 0).sum() / keep.sum().clamp(min=1)
