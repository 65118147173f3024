"""Takes the logarithm of a softmax plus 10⁻⁹.

module: losses
rejected by: test_sequence_loss_value, test_sequence_loss_smoothing, test_sequence_loss_gradient
"""

import torch


def sequence_loss(logits, target, pad, smoothing=0.0):
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing")
    log = (logits.softmax(dim=-1) + 1e-9).log()
    right = log.gather(-1, target.unsqueeze(-1)).squeeze(-1)
    loss = -(1 - smoothing) * right - smoothing * log.mean(dim=-1)
    keep = target != pad
    return torch.where(keep, loss, 0).sum() / keep.sum().clamp(min=1)
