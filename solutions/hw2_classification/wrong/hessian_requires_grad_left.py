"""Leaves theta with requires_grad.

module: critical_points
rejected by: test_hessian_leaves_theta
"""

import torch


def hessian(f, theta):
    theta = theta.requires_grad_()
    value = f(theta) + 0 * theta.sum()
    (g,) = torch.autograd.grad(value, theta, create_graph=True)
    g = g + 0 * (theta**2).sum()
    return torch.stack([torch.autograd.grad(g_i, theta, retain_graph=True)[0] for g_i in g]).detach()
