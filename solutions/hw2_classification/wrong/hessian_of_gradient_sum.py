"""Differentiates the sum of the gradient, which gives row sums.

module: critical_points
rejected by: test_hessian_value
"""

import torch


def hessian(f, theta):
    theta = theta.detach().clone().requires_grad_()
    value = f(theta) + 0 * theta.sum()
    (g,) = torch.autograd.grad(value, theta, create_graph=True)
    g = g + 0 * (theta**2).sum()
    return torch.diag(torch.autograd.grad(g.sum(), theta)[0])
