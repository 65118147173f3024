"""HW3, part 4: Stefan"""

import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + x)


def count_linear_pieces(net, grid, tol=1e-4):
    t = grid.detach().clone().view(-1, 1).requires_grad_(True)
    slope = torch.autograd.grad(net(t).sum(), t)[0].view(-1)
    return 1 + int(((slope[1:] - slope[:-1]).abs() > tol).sum())


def pseudo_labels(logits, threshold):
    p = torch.softmax(logits, dim=1)
    confidence, label = p.max(dim=1)
    index = torch.where(confidence >= threshold)[0]
    return index, label[index]


def mixup(x, y, lam, index):
    if not y.is_floating_point():
        raise TypeError("y must be probabilities")
    lx, ly = torch.as_tensor(lam, dtype=x.dtype), torch.as_tensor(lam, dtype=y.dtype)
    if lx.dim() == 1:
        lx, ly = lx.view(-1, *[1] * (x.dim() - 1)), ly.view(-1, 1)
    return lx * x + (1 - lx) * x[index], ly * y + (1 - ly) * y[index]


@torch.no_grad()
def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    p = model(x).softmax(dim=1)
    for transform in transforms:
        p = p + model(transform(x)).softmax(dim=1)
    model.train(training)
    return p / (len(transforms) + 1)
