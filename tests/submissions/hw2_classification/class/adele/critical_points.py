"""Multiplies H by unit vectors, and finds eigenvectors by the SVD of a shifted matrix."""

import torch


def hessian(f, theta):
    """H times unit vectors."""
    point = theta.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        y = f(point)
        g = torch.autograd.grad(y, point, create_graph=True, allow_unused=True)[0] if y.requires_grad else None
    H = torch.zeros(point.numel(), point.numel(), dtype=theta.dtype)
    if g is None or not g.requires_grad:
        return H
    for i, unit in enumerate(torch.eye(point.numel(), dtype=theta.dtype)):
        row = torch.autograd.grad(g, point, unit, retain_graph=True, allow_unused=True)[0]
        if row is not None:
            H[i] = row
    return H


def classify_critical_point(g, H, grad_tol, eig_tol):
    """Signs as a set."""
    if g.square().sum().sqrt().item() > grad_tol:
        return "not critical"
    signs = [(v > eig_tol) - (v < -eig_tol) for v in torch.linalg.eigvalsh(H).tolist()]
    if {1, -1} <= set(signs):
        return "saddle"
    return {(1,): "minimum", (-1,): "maximum"}.get(tuple(set(signs)), "degenerate")


def escape_direction(H):
    """The largest singular vector of s I - H."""
    if torch.linalg.eigvalsh(H).min() >= 0:
        raise ValueError("there is no way down")
    shift = torch.linalg.matrix_norm(H, 2) * torch.eye(len(H), dtype=H.dtype)
    u, _, _ = torch.linalg.svd(shift - H)
    return -u[:, 0]
