"""Ignores the smoothing.

module: losses
rejected by: test_sequence_loss_smoothing, test_sequence_loss_gradient, test_sequence_loss_large_logits
"""

import torch


def sequence_loss(logits, target, pad, smoothing=0.0):
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing")
    log = logits.log_softmax(dim=-1)
    right = log.gather(-1, target.unsqueeze(-1)).squeeze(-1)
    loss = -right
    keep = target != pad
    return torch.where(keep, loss, 0).sum() / keep.sum().clamp(min=1)
