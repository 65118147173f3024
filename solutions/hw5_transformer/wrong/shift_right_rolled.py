"""Rolls, so that the last token comes first.

module: losses
rejected by: test_shift_right
"""


def shift_right(target, bos):
    return target.roll(1, dims=1) + 0 * bos
