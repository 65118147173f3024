"""Goes back to the logits and calls the function for logits.

module: logistic
rejected by: test_binary_cross_entropy_ends
"""

import torch.nn.functional as F


def binary_cross_entropy(p, t):
    return F.binary_cross_entropy_with_logits(p.logit(), t)
