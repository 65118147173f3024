"""Calls F.cross_entropy.

module: losses
rejected by: test_sequence_loss_value
"""

import torch


def sequence_loss(logits, target, pad, smoothing=0.0):
    if not 0 <= smoothing <= 1:
        raise ValueError("smoothing")
    if (target == pad).all():
        return 0 * logits.sum()
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), target.flatten(), ignore_index=pad, label_smoothing=smoothing
    )
