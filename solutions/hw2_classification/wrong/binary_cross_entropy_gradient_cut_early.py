"""Has no gradient where p is within 10⁻⁴ of 0 or 1.

module: logistic
rejected by: test_binary_cross_entropy_gradient_at_ends
"""

import torch


def _log(q):
    value = torch.where(q > 0, q, 1).log().masked_fill(q <= 0, -100).clamp(min=-100)
    return torch.where(q > 1e-4, value, value.detach())


def binary_cross_entropy(p, t):
    return -(t * _log(p) + (1 - t) * _log(1 - p)).mean()
