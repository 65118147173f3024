"""Hessians by a batch of unit vectors."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def hessian(f: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """All rows in one call: the unit vectors are a batch."""
    P = theta.numel()
    leaf = theta.detach().clone().requires_grad_()
    value = f(leaf)
    if value.requires_grad:
        (slope,) = torch.autograd.grad(value, leaf, create_graph=True, materialize_grads=True)
        if slope.requires_grad:
            units = torch.eye(P, dtype=theta.dtype)
            (rows,) = torch.autograd.grad(slope, leaf, units, is_grads_batched=True, materialize_grads=True)
            return rows.detach()
    return theta.new_zeros((P, P)).detach()


def classify_critical_point(g: Tensor, H: Tensor, grad_tol: float, eig_tol: float) -> str:
    """Counts signs."""
    if torch.linalg.vector_norm(g) > grad_tol:
        return "not critical"
    signs = [0 if abs(value) <= eig_tol else (1 if value > 0 else -1) for value in torch.linalg.eigvalsh(H).tolist()]
    if 1 in signs and -1 in signs:
        return "saddle"
    if 0 in signs:
        return "degenerate"
    return "minimum" if signs[0] == 1 else "maximum"


def escape_direction(H: Tensor) -> Tensor:
    """The column of the least eigenvalue, normalised once more."""
    values, vectors = torch.linalg.eigh(H)
    least = int(values.argmin())
    if values[least].item() >= 0.0:
        raise ValueError("there is no descent")
    u = vectors[:, least]
    return u / u.norm()
