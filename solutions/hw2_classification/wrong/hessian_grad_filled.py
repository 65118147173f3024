"""Fills theta.grad.

module: critical_points
rejected by: test_hessian_leaves_theta
"""

import torch


def hessian(f, theta):
    before = theta.requires_grad
    theta.requires_grad_()
    (f(theta) + 0 * theta.pow(2).sum()).backward(create_graph=True)
    g = theta.grad
    rows = [torch.autograd.grad(g_i, theta, retain_graph=True)[0].detach() for g_i in g]
    theta.grad = g.detach()
    theta.requires_grad_(before)
    return torch.stack(rows)
