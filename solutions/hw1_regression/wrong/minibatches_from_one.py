"""Counts the examples from 1.

module: gradient_descent
rejected by: test_minibatches_order
"""

import torch


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError("batch_size")
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(1, n + 1)
    for batch in order.split(batch_size) if n else ():
        if len(batch) == batch_size or not drop_last:
            yield batch
