"""Goes on for ever if batch_size does not divide n.

module: gradient_descent
rejected by: test_minibatches_order, test_minibatches_edges
"""

import torch


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError(batch_size)
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    start = 0
    while start != n:
        batch = order[start : start + batch_size]
        if len(batch) == batch_size or not drop_last:
            yield batch
        start += batch_size
