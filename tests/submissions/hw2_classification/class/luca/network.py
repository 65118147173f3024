"""Networks with a class per layer, windows and batch statistics with a little NumPy."""

import numpy as np
import torch


def concat_frames(x, n):
    """Pads by repetition and cuts slices."""
    if n <= 0 or n % 2 != 1:
        raise ValueError("the window needs a middle")
    side = n // 2
    padded = torch.cat([x[:1].expand(side, -1), x, x[-1:].expand(side, -1)])
    return torch.hstack([padded[i : i + len(x)] for i in range(n)])


_FUNCTIONS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-np.clip(z, -700, 700))), lambda a: a - a * a),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda a: np.where(a > 0, 1.0, 0.0)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda a: np.where(a > 0, 1.0, 0.01)),
}


class _Layer:
    """What one layer saw and gave."""

    def __init__(self, inputs, w, b):
        self.inputs, self.w, self.b = inputs, w, b
        self.z = inputs @ w + b

    def back(self, delta):
        """dw, db and what goes to the layer below."""
        return self.inputs.T @ delta, delta.sum(axis=0), delta @ self.w.T


def mlp_forward(x, params, activation):
    """Arrays inside; logits come out as a tensor."""
    if activation not in _FUNCTIONS:
        raise ValueError(f"{activation} is none of {sorted(_FUNCTIONS)}")
    act, _ = _FUNCTIONS[activation]
    layers, a = [], x.numpy()
    for i in range(1, len(params) // 2 + 1):
        layers.append(_Layer(a, params[f"w{i}"].numpy(), params[f"b{i}"].numpy()))
        a = act(layers[-1].z).astype(a.dtype)
    return torch.from_numpy(np.array(layers[-1].z)), (layers, activation)


def mlp_backward(cache, dlogits):
    """Layer by layer, the last one first."""
    layers, activation = cache
    _, slope = _FUNCTIONS[activation]
    grads, delta = {}, dlogits.numpy()
    for i in reversed(range(len(layers))):
        dw, db, below = layers[i].back(delta)
        grads[f"w{i + 1}"], grads[f"b{i + 1}"] = dw, db
        delta = below * slope(layers[i].inputs).astype(below.dtype) if i else below
    grads["x"] = delta
    return {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in grads.items()}


def dropout(x, p, training, generator):
    """Bernoulli draws of what stays."""
    if not 0 <= p <= 1:
        raise ValueError("not a probability")
    if not training:
        return x
    stays = torch.bernoulli(torch.full(x.shape, 1.0 - p, dtype=torch.float64), generator=generator)
    return x * (stays / max(1 - p, 1e-12)).to(x.dtype)


class BatchNorm1d(torch.nn.Module):
    """Batch statistics while training, running ones later."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.full((num_features,), 1.0))
        self.bias = torch.nn.Parameter(torch.full((num_features,), 0.0))
        self.register_buffer("running_mean", torch.full((num_features,), 0.0))
        self.register_buffer("running_var", torch.full((num_features,), 1.0))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64))
        self.eps, self.momentum = eps, momentum

    def _track(self, mean, variance):
        """Moves the buffers a little."""
        for buffer, new in ((self.running_mean, mean), (self.running_var, variance)):
            buffer += self.momentum * (new.detach() - buffer)
        self.num_batches_tracked += 1

    def forward(self, x):
        """Normalise, scale, shift."""
        if x.ndim != 2 or x.size(1) != self.weight.numel():
            raise ValueError("wrong shape")
        if not self.training:
            mean, variance = self.running_mean, self.running_var
        else:
            if x.size(0) == 1:
                raise ValueError("one row has no variance")
            mean, variance = x.mean(0), x.var(0, unbiased=False)
            self._track(mean, x.var(0, unbiased=True))
        normal = (x - mean) * (variance + self.eps) ** -0.5
        return normal * self.weight + self.bias
