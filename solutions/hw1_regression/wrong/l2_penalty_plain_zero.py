"""Returns the number 0 if nothing is left.

module: regression
rejected by: test_l2_penalty_names
"""


def l2_penalty(named_parameters, exclude_bias=True):
    return sum((p**2).sum() for n, p in named_parameters if not (exclude_bias and "bias" in n.split(".")[-1]))
