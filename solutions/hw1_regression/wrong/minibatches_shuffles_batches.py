"""Shuffles the batches, not the examples.

module: gradient_descent
rejected by: test_minibatches_shuffle
"""

import torch


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size")
    batches = [torch.arange(s, min(s + batch_size, n)) for s in range(0, n, batch_size)]
    if drop_last:
        batches = [b for b in batches if len(b) == batch_size]
    order = torch.randperm(len(batches), generator=generator).tolist() if shuffle else range(len(batches))
    return iter([batches[i] for i in order])
