"""Takes the source's length for the rows.

module: losses
rejected by: test_guided_attention_loss_value, test_guided_attention_loss_gradient, test_guided_attention_loss_edges
"""

import torch


def guided_attention_loss(A, source_len, target_len, g=0.2):
    source_len, target_len = target_len, source_len
    t, s = torch.arange(A.shape[1]), torch.arange(A.shape[2])
    inside = (t < target_len[:, None])[:, :, None] & (s < source_len[:, None])[:, None, :]
    rows = t.to(A.dtype) / target_len.clamp(min=1)[:, None]
    columns = s.to(A.dtype) / source_len.clamp(min=1)[:, None]
    weight = 1 - torch.exp(-((rows[:, :, None] - columns[:, None, :]) ** 2) / (2 * g**2))
    return torch.where(inside, A * weight, 0).sum() / inside.sum().clamp(min=1)
