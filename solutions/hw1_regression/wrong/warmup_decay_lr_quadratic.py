"""Warms up along a parabola.

module: gradient_descent
rejected by: test_warmup_decay_lr_value
"""

import math


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError("negative")
    t, w = step + 1, max(warmup_steps, 1)
    return base_lr * min((t / w) ** 2, math.sqrt(w / t))
