"""Forgets the slope of the activation.

module: network
rejected by: test_mlp_backward_parameters
"""

import torch


def _activate(z, name):
    if name == "sigmoid":
        return torch.sigmoid(z)
    if name == "tanh":
        return torch.tanh(z)
    return z * _slope(z, name)


def _slope(z, name):
    if name == "sigmoid":
        return torch.sigmoid(z) * (1 - torch.sigmoid(z))
    if name == "tanh":
        return 1 - torch.tanh(z) ** 2
    return torch.where(z > 0, 1, 0 if name == "relu" else 0.01).to(z.dtype)


def mlp_forward(x, params, activation):
    if activation not in ("sigmoid", "tanh", "relu", "leaky_relu"):
        raise ValueError(activation)
    layers = len(params) // 2
    inputs, zs, a = [], [], x
    for i in range(1, layers + 1):
        z = a @ params[f"w{i}"] + params[f"b{i}"]
        inputs.append(a)
        zs.append(z)
        a = _activate(z, activation)
    return z, (inputs, zs, params, activation)


def mlp_backward(cache, dlogits):
    inputs, zs, params, _ = cache
    grads, delta = {}, dlogits
    for i in range(len(zs), 0, -1):
        grads[f"w{i}"] = inputs[i - 1].T @ delta
        grads[f"b{i}"] = delta.sum(dim=0)
        delta = delta @ params[f"w{i}"].T
    grads["x"] = delta
    return grads
