"""Lets gather complain, by a RuntimeError.

module: logistic
rejected by: test_cross_entropy_refuses
"""

import torch


def cross_entropy(logits, target):
    if target.dtype != torch.int64:
        raise TypeError("labels must be int64")
    if target.shape != logits.shape[:1]:
        raise ValueError("shape of target")
    log = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log.gather(1, target[:, None]).mean()
