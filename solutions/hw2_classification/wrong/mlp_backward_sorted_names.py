"""Goes back through the layers in the order of their names as text, w9 before w11.

module: network
rejected by: test_mlp_backward_depths
"""

import torch


def mlp_backward(cache, dlogits):
    inputs, params, activation = cache
    slopes = {
        "sigmoid": lambda a: a * (1 - a),
        "tanh": lambda a: 1 - a * a,
        "relu": lambda a: (a > 0).to(a.dtype),
        "leaky_relu": lambda a: torch.where(a > 0, 1.0, 0.01),
    }
    grads, delta = {}, dlogits
    for name in sorted((name for name in params if name[0] == "w"), reverse=True):
        layer = int(name[1:])
        a = inputs[layer - 1]
        grads[name], grads[f"b{layer}"] = a.T @ delta, delta.sum(dim=0)
        delta = delta @ params[name].T
        if layer > 1:
            delta = delta * slopes[activation](a)
    return {**grads, "x": delta}
