"""Differentiates entry by entry, and sorts what torch.linalg.eig gives."""

import torch


def hessian(f, theta):
    """An entry at a time."""
    P = len(theta)
    leaf = torch.tensor(theta.tolist(), dtype=theta.dtype, requires_grad=True)
    value = f(leaf)
    H = torch.zeros((P, P), dtype=theta.dtype)
    if value.grad_fn is None and value is not leaf:
        return H
    (gradient,) = torch.autograd.grad(value, leaf, create_graph=True, allow_unused=True)
    if gradient is None:
        return H
    for i in range(P):
        if gradient[i].requires_grad:
            second = torch.autograd.grad(gradient[i], leaf, retain_graph=True, allow_unused=True)[0]
            if second is not None:
                for j in range(P):
                    H[i, j] = second[j].item()
    return H


def classify_critical_point(g, H, grad_tol, eig_tol):
    """Counts."""
    eigenvalues = torch.linalg.eigh(H).eigenvalues
    positive, negative = int((eigenvalues > eig_tol).sum()), int((eigenvalues < -eig_tol).sum())
    if g.norm(p=2) > grad_tol:
        kind = "not critical"
    elif positive and negative:
        kind = "saddle"
    elif positive == len(H):
        kind = "minimum"
    elif negative == len(H):
        kind = "maximum"
    else:
        kind = "degenerate"
    return kind


def escape_direction(H):
    """By eig, which does not sort."""
    values, vectors = torch.linalg.eig(H)
    least = values.real.argmin()
    if values.real[least] >= 0:
        raise ValueError("no negative eigenvalue")
    u = vectors[:, least].real
    return u / torch.linalg.vector_norm(u)
