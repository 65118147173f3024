"""HW3, part 4: Pedro"""
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import relu


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        for i in (1, 2):
            setattr(self, f"conv{i}", nn.Conv2d(channels, channels, 3, padding="same", bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        inner = relu(self.bn1(self.conv1(x)))
        return relu(x + self.bn2(self.conv2(inner)))


def count_linear_pieces(net, grid: Tensor, tol: float = 1e-4) -> int:
    column = grid.detach()[:, None].clone().requires_grad_()
    y = net(column)
    (slopes,) = torch.autograd.grad(y, column, torch.ones_like(y))
    jumps = slopes.diff(dim=0).abs()
    return 1 + torch.count_nonzero(jumps > tol).item()


def pseudo_labels(logits: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    p = logits.sigmoid()
    (indices,) = (p.amax(dim=-1) >= threshold).nonzero(as_tuple=True)
    return indices, p[indices].argmax(dim=-1)


def _blend(values: Tensor, lam, index: Tensor) -> Tensor:
    share = torch.as_tensor(lam, dtype=values.dtype)
    if share.ndim == 1:
        share = share[(...,) + (None,) * (values.ndim - 1)]
    return values[index] + share * (values - values[index])


def mixup(x: Tensor, y: Tensor, lam, index: Tensor) -> tuple[Tensor, Tensor]:
    if not torch.is_floating_point(y):
        raise TypeError(f"labels of dtype {y.dtype}")
    return _blend(x, lam, index), _blend(y, lam, index)


def predict_tta(model: nn.Module, x: Tensor, transforms) -> Tensor:
    before = model.training
    model.eval()
    with torch.no_grad():
        views = [f(x) for f in transforms]
        answers = torch.stack([model(view).softmax(dim=-1) for view in views])
    model.train(before)
    return answers.mean(dim=0)
