"""HW3, part 4: Luis"""

import torch
import torch.nn.functional as F
from torch import nn


class ResidualBlock(nn.Module):
    """x + F(x), then ReLU."""

    def __init__(self, channels):
        super().__init__()
        options = {"kernel_size": 3, "padding": 1, "bias": False}
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, **options) for _ in range(2))
        self.bn1, self.bn2 = (nn.BatchNorm2d(channels) for _ in range(2))

    def forward(self, x):
        y = self.conv1(x)
        y = F.relu(self.bn1(y))
        y = self.conv2(y)
        return F.relu(self.bn2(y) + x)


def count_linear_pieces(net, grid, tol=1e-4):
    """Asks for the slope at one point after the other."""
    slopes = []
    for t in grid.tolist():
        point = torch.tensor([[t]], dtype=grid.dtype, requires_grad=True)
        slopes.append(torch.autograd.grad(net(point).sum(), point)[0].item())
    pieces = 1
    for before, after in zip(slopes, slopes[1:]):
        if abs(after - before) > tol:
            pieces += 1
    return pieces


def pseudo_labels(logits, threshold):
    """Row by row."""
    indices, labels = [], []
    for n, p in enumerate(logits.softmax(dim=1)):
        best = int(p.argmax())
        if p[best] >= threshold:
            indices.append(n)
            labels.append(best)
    return torch.tensor(indices, dtype=torch.long), torch.tensor(labels, dtype=torch.long)


def mixup(x, y, lam, index):
    """One lambda for all, or one each."""
    if y.dtype not in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        raise TypeError("class numbers cannot be mixed")
    mixed = []
    for value in (x, y):
        share = lam
        if isinstance(lam, torch.Tensor):
            share = lam.to(value.dtype)
            if lam.ndim == 1:
                share = share.reshape([len(lam)] + [1] * (value.ndim - 1))
        mixed.append(share * value + (1 - share) * value[index])
    return mixed[0], mixed[1]


def predict_tta(model, x, transforms):
    """The mean of the probabilities of all versions."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            total = torch.softmax(model(x), dim=1)
            for transform in transforms:
                total += torch.softmax(model(transform(x)), dim=1)
    finally:
        model.train(was_training)
    return total / (1 + len(transforms))
