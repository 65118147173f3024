"""HW2, part 4: critical points."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def hessian(f: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """Central differences."""
    P, h = theta.numel(), 1e-4
    theta = theta.detach()
    steps = h * torch.eye(P, dtype=theta.dtype)
    H = torch.zeros(P, P, dtype=theta.dtype)
    for i in range(P):
        for j in range(P):
            up, down = theta + steps[i], theta - steps[i]
            H[i, j] = (f(up + steps[j]) - f(up - steps[j]) - f(down + steps[j]) + f(down - steps[j])) / (4 * h * h)
    return H


def classify_critical_point(g: Tensor, H: Tensor, grad_tol: float, eig_tol: float) -> str:
    """By the signs of the eigenvalues."""
    if torch.sqrt((g**2).sum()) > grad_tol:
        return "not critical"
    values = torch.linalg.eigvalsh(H)
    up = (values > eig_tol).sum().item()
    down = (values < -eig_tol).sum().item()
    if up > 0 and down > 0:
        return "saddle"
    if up == len(values):
        return "minimum"
    if down == len(values):
        return "maximum"
    return "degenerate"


def escape_direction(H: Tensor) -> Tensor:
    """The steepest way down."""
    values, vectors = torch.linalg.eigh(H)
    if values[0] >= 0:
        raise ValueError("no way down")
    return vectors[:, 0]
