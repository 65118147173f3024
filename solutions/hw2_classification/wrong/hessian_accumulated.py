"""Does not clear the gradient between rows.

module: critical_points
rejected by: test_hessian_value
"""

import torch


def hessian(f, theta):
    theta = theta.detach().clone().requires_grad_()
    value = f(theta) + 0 * theta.sum()
    (g,) = torch.autograd.grad(value, theta, create_graph=True)
    g = g + 0 * (theta**2).sum()
    rows = []
    for g_i in g:
        g_i.backward(retain_graph=True)
        rows.append(theta.grad.clone())
    return torch.stack(rows)
