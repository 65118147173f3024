"""Lets autograd do it.

module: logistic
rejected by: test_logistic_grad_value
"""

import torch


def logistic_grad(x, y, w, b):
    w, b = w.detach().clone().requires_grad_(), b.detach().clone().requires_grad_()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ w + b, y)
    return torch.autograd.grad(loss, (w, b))
