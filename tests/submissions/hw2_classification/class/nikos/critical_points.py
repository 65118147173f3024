"""HW2, part 4: critical points."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def hessian(f: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """One row per component of the gradient."""
    point = theta.detach().clone().requires_grad_(True)
    P = point.numel()
    H = torch.zeros(P, P, dtype=theta.dtype)
    value = f(point)
    if not value.requires_grad:
        return H
    gradient = torch.autograd.grad(value, point, create_graph=True, allow_unused=True)[0]
    if gradient is None or not gradient.requires_grad:
        return H
    for i in range(P):
        row = torch.autograd.grad(gradient[i], point, retain_graph=True, allow_unused=True)[0]
        if row is not None:
            H[i] = row
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
    return vectors[:, 0]
