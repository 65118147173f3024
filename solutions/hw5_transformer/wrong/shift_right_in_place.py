"""Shifts the target in place.

module: losses
rejected by: test_shift_right
"""


def shift_right(target, bos):
    target[:, 1:] = target[:, :-1].clone()
    target[:, 0] = bos
    return target
