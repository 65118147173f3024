"""Divides by warmup_steps, even by 0.

module: gradient_descent
rejected by: test_warmup_decay_lr_edges
"""

import math


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError("negative")
    t = step + 1
    return base_lr * min(t / warmup_steps, math.sqrt(warmup_steps / t))
