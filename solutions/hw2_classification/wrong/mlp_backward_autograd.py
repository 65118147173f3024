"""Lets autograd do it.

module: network
rejected by: test_mlp_backward_parameters
"""

import torch
import torch.nn.functional as F


def mlp_forward(x, params, activation):
    act = {"sigmoid": F.sigmoid, "tanh": F.tanh, "relu": F.relu, "leaky_relu": F.leaky_relu}.get(activation)
    if act is None:
        raise ValueError(activation)
    leaves = {name: value.detach().clone().requires_grad_() for name, value in {**params, "x": x}.items()}
    a = leaves["x"]
    for i in range(1, len(params) // 2 + 1):
        z = a @ leaves[f"w{i}"] + leaves[f"b{i}"]
        a = act(z)
    return z.detach(), (z, leaves)


def mlp_backward(cache, dlogits):
    z, leaves = cache
    grads = torch.autograd.grad(z, list(leaves.values()), dlogits, retain_graph=True)
    return dict(zip(leaves, grads, strict=True))
