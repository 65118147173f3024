"""What makes deep networks worth having, and training on little data: residual blocks, labels of one's own, mixing.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """y = ReLU(x + F(x)) with F = bn2 ∘ conv2 ∘ ReLU ∘ bn1 ∘ conv1.

    Parts: ``conv1``, ``conv2``: nn.Conv2d from C to C channels, 3 × 3, padding 1, without bias; ``bn1``, ``bn2``:
    nn.BatchNorm2d(C).

    >>> ResidualBlock(8)(torch.zeros(2, 8, 5, 7)).shape
    torch.Size([2, 8, 5, 7])
    """

    def __init__(self, channels: int) -> None:
        """channels: C, of the input and the output."""
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W); the result too."""
        out = torch.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return torch.relu(x + out)


def count_linear_pieces(net: Callable[[Tensor], Tensor], grid: Tensor, tol: float = 1e-4) -> int:
    """How many linear pieces of a piecewise linear function the points of the grid tell apart.

    1 + the number of neighbours t_i, t_(i+1) on the grid whose slopes net'(t) differ by more than tol.

    Args:
        net: maps a column (M, 1) to a column (M, 1), row by row, for any M; differentiable by autograd.
        grid: (P,), ascending, P ≥ 1; of net's dtype.
        tol: slopes whose difference is at most tol count as equal.
    Returns:
        an int from 1 to P.

    >>> count_linear_pieces(lambda t: torch.relu(t) - torch.relu(t - 1), torch.tensor([-1.5, -0.5, 0.5, 1.5, 2.5]))
    3
    """
    t = grid.detach().clone().reshape(-1, 1).requires_grad_(True)
    slopes = torch.autograd.grad(net(t).sum(), t)[0].flatten()
    pieces = 1
    for i in range(len(slopes) - 1):
        if abs(slopes[i + 1] - slopes[i]) > tol:
            pieces += 1
    return pieces


def pseudo_labels(logits: Tensor, threshold: float) -> tuple[Tensor, Tensor]:
    """The examples whose class the model is sure of, and that class.

    An example is kept if the largest of its softmax probabilities is ≥ threshold.

    Args:
        logits: (N, K), before the softmax.
        threshold: from 0 to 1.
    Returns:
        (indices, labels): the rows that are kept, ascending, and their classes; LongTensors (M,), M may be 0.

    >>> pseudo_labels(torch.tensor([[0.0, 2.0], [0.0, 1.0], [3.0, 0.0]]), threshold=0.8)
    (tensor([0, 2]), tensor([1, 0]))
    """
    p = torch.softmax(logits, dim=1)
    confidence, labels = p.max(dim=1)
    indices = torch.nonzero(confidence >= threshold).flatten()
    return indices, labels[indices]


def mixup(x: Tensor, y: Tensor, lam: float | Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Each example mixed with another one, its label too: λ·x + (1 − λ)·x[index], λ·y + (1 − λ)·y[index].

    Args:
        x: (N, …), a float dtype.
        y: the labels as rows of probabilities (one-hot or soft), (N, K), a float dtype.
        lam: λ from 0 to 1: a float, a tensor (), or a tensor (N,) with one λ per example.
        index: each example's partner, (N,), LongTensor.
    Returns:
        (mixed_x, mixed_y) of the shapes and dtypes of x and y.
    Raises:
        TypeError: if y is not floating: class numbers cannot be mixed.

    >>> x, y = torch.tensor([[0.], [8.]]), torch.tensor([[1., 0.], [0., 1.]])
    >>> mixup(x, y, 0.75, torch.tensor([1, 0]))
    (tensor([[2.],
            [6.]]), tensor([[0.7500, 0.2500],
            [0.2500, 0.7500]]))
    """
    if not y.is_floating_point():
        raise TypeError("y must be floating: class numbers cannot be mixed")
    lam_x = torch.as_tensor(lam, dtype=x.dtype)
    lam_y = torch.as_tensor(lam, dtype=y.dtype)
    if lam_x.ndim == 1:
        lam_x = lam_x.reshape(-1, *[1] * (x.ndim - 1))
        lam_y = lam_y.reshape(-1, 1)
    return lam_x * x + (1 - lam_x) * x[index], lam_y * y + (1 - lam_y) * y[index]


def predict_tta(model: nn.Module, x: Tensor, transforms: Sequence[Callable[[Tensor], Tensor]]) -> Tensor:
    """Test-time augmentation: the mean of the model's probabilities over x itself and each transform of x.

    The model is in eval mode while it is asked, and afterwards in the mode it was in before. No gradient is kept.

    Args:
        model: maps images to logits, (N, C, H, W) to (N, K).
        x: (N, C, H, W).
        transforms: each maps the batch (N, C, H, W) to a batch of N images; may be empty.
    Returns:
        1/(1 + T) · [softmax(model(x)) + Σ_t softmax(model(transform_t(x)))], (N, K); the rows sum to 1.

    >>> class Sum(nn.Module):
    ...     def forward(self, x):
    ...         return torch.stack([x.sum(dim=(1, 2, 3)), torch.zeros(len(x))], dim=1)
    >>> predict_tta(Sum(), torch.full((1, 1, 1, 1), 100.0), [lambda x: -x, lambda x: 0 * x])
    tensor([[0.5000, 0.5000]])
    """
    mode = model.training
    model.eval()
    with torch.no_grad():
        p = torch.softmax(model(x), dim=1)
        for transform in transforms:
            p = p + torch.softmax(model(transform(x)), dim=1)
    model.train(mode)
    return p / (len(transforms) + 1)
