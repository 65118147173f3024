"""Gives the target itself.

module: losses
rejected by: test_shift_right
"""


def shift_right(target, bos):
    return target.clone()
