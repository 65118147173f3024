"""Gives absolute values.

module: critical_points
rejected by: test_hessian_value, test_hessian_of_network
"""

import torch


def hessian(f, theta):
    theta = theta.detach().clone().requires_grad_()
    value = f(theta) + 0 * theta.sum()
    (g,) = torch.autograd.grad(value, theta, create_graph=True)
    g = g + 0 * (theta**2).sum()
    return torch.stack([torch.autograd.grad(g_i, theta, retain_graph=True)[0] for g_i in g]).abs()
