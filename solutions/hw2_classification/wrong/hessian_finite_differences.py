"""Takes differences of gradients.

module: critical_points
rejected by: test_hessian_value
"""

import torch


def hessian(f, theta):
    theta = theta.detach().clone().requires_grad_()
    rows, h = [], 1e-3

    def gradient(at):
        return torch.autograd.grad(f(at) + 0 * at.sum(), at)[0]

    for i in range(len(theta)):
        step = torch.zeros_like(theta)
        step[i] = h
        up, down = (theta + step).detach().requires_grad_(), (theta - step).detach().requires_grad_()
        rows.append((gradient(up) - gradient(down)) / (2 * h))
    return torch.stack(rows)
