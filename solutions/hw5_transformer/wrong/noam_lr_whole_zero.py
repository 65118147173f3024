"""Gives the int 0 at step 0.

module: losses
rejected by: test_noam_lr_step_zero, test_noam_lr_shape
"""


def noam_lr(step, d_model, warmup, factor=1.0):
    if step < 0 or warmup < 1:
        raise ValueError("step or warmup")
    if step == 0:
        return 0
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
