"""Gives 0 for a negative step.

module: losses
rejected by: test_noam_lr_step_zero
"""


def noam_lr(step, d_model, warmup, factor=1.0):
    if warmup < 1:
        raise ValueError("step or warmup")
    if step <= 0:
        return 0.0
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
