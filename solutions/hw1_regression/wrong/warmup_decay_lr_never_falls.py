"""Stays at base_lr after the warm-up.

module: gradient_descent
rejected by: test_warmup_decay_lr_value
"""

import math


def warmup_decay_lr(step, warmup_steps, base_lr):
    if step < 0 or warmup_steps < 0:
        raise ValueError("negative")
    return base_lr * min((step + 1) / max(warmup_steps, 1), math.sqrt(1))
