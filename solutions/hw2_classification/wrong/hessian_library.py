"""Calls torch.autograd.functional.hessian.

module: critical_points
rejected by: test_hessian_value
"""

import torch


def hessian(f, theta):
    return torch.autograd.functional.hessian(f, theta.detach())
