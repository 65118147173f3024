"""Counts the steps from 1.

module: gradient_descent
rejected by: test_warmup_decay_lr_value
"""

import math


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError("negative")
    w = max(warmup_steps, 1)
    return base_lr * min(step / w, math.sqrt(w / max(step, 1)))
