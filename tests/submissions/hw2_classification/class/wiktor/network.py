"""Row by row and neuron by neuron, with lists and loops."""

import math

import torch
from torch import nn


def concat_frames(x, n):
    """A frame at a time."""
    if n not in range(1, n + 1, 2):
        raise ValueError(n)
    frames = list(x)
    rows = []
    for t in range(len(frames)):
        window = range(t - n // 2, t + n // 2 + 1)
        rows.append(torch.cat([frames[min(max(s, 0), len(frames) - 1)] for s in window]))
    return torch.stack(rows)


def _number(z, name):
    """Value and slope at one number."""
    if name == "sigmoid":
        a = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
        return a, a * (1 - a)
    if name == "tanh":
        return math.tanh(z), 1 - math.tanh(z) ** 2
    leak = {"relu": 0.0, "leaky_relu": 0.01}[name]
    return (z, 1.0) if z > 0 else (leak * z, leak)


def _both(z, name):
    pairs = torch.tensor([_number(v, name) for v in z.flatten().tolist()], dtype=z.dtype).reshape(*z.shape, 2)
    return pairs[..., 0], pairs[..., 1]


def mlp_forward(x, params, activation):
    """A unit at a time."""
    if activation not in {"sigmoid", "tanh", "relu", "leaky_relu"}:
        raise ValueError(activation)
    cache, a, i = [], x, 1
    while f"w{i}" in params:
        w, b = params[f"w{i}"], params[f"b{i}"]
        z = torch.stack([(a * w[:, unit]).sum(dim=1) + b[unit] for unit in range(len(b))], dim=1)
        value, slope = _both(z, activation)
        cache.append({"a": a, "w": w, "slope": slope})
        a, i = value, i + 1
    return z, cache


def mlp_backward(cache, dlogits):
    """Outer products, added up."""
    result = {}
    delta = dlogits.clone()
    for i, layer in reversed(list(enumerate(cache, start=1))):
        if i != len(cache):
            delta = delta * layer["slope"]
        result["w" + str(i)] = sum(torch.outer(a, d) for a, d in zip(layer["a"], delta, strict=True))
        result["b" + str(i)] = sum(delta)
        delta = torch.stack([layer["w"] @ d for d in delta])
    result["x"] = delta
    return result


def dropout(x, p, training, generator):
    """A list of factors."""
    if not 0.0 <= p <= 1.0:
        raise ValueError("p is a probability")
    if not training:
        return x
    numbers = torch.rand(x.numel(), generator=generator, dtype=torch.float64).tolist()
    scale = 0.0 if p == 1 else 1 / (1 - p)
    factors = torch.tensor([0.0 if number < p else scale for number in numbers], dtype=x.dtype)
    return x * factors.view(x.shape)


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, mean, var, eps):
        std = (var + eps).sqrt()
        ctx.save_for_backward((x - mean) / std, std)
        return (x - mean) / std

    @staticmethod
    def backward(ctx, dy):
        y, std = ctx.saved_tensors
        return (dy - dy.mean(dim=0) - y * (dy * y).mean(dim=0)) / std, None, None, None


class BatchNorm1d(nn.Module):
    """The backward pass is written out."""
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.int64))
        self.eps = eps
        self.momentum = momentum

    def forward(self, x):
        """In training the statistics are those of the batch."""
        if x.dim() != 2 or x.shape[1] != self.bias.shape[0]:
            raise ValueError("(N, D)")
        if self.training:
            n = x.shape[0]
            if n < 2:
                raise ValueError("N > 1")
            values = x.detach()
            mean = values.sum(dim=0) / n
            var = ((values - mean) ** 2).sum(dim=0) / n
            old, new = 1 - self.momentum, self.momentum
            self.running_mean.copy_(old * self.running_mean + new * mean)
            self.running_var.copy_(old * self.running_var + new * var * n / (n - 1))
            self.num_batches_tracked += 1
            y = _Normalise.apply(x, mean, var, self.eps)
        else:
            y = (x - self.running_mean) / (self.running_var + self.eps) ** 0.5
        return y * self.weight + self.bias
