"""Cannot shuffle without a generator.

module: gradient_descent
rejected by: test_minibatches_edges
"""

import torch


def minibatches(n, batch_size, shuffle, generator, drop_last=False):
    if batch_size < 1:
        raise ValueError(batch_size)
    order = torch.randperm(n, generator=generator, device=generator.device) if shuffle else torch.arange(n)
    for start in range(0, n, batch_size):
        batch = order[start : start + batch_size]
        if len(batch) == batch_size or not drop_last:
            yield batch
