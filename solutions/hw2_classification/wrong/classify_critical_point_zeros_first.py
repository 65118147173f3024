"""Calls a point degenerate as soon as one eigenvalue is 0.

module: critical_points
rejected by: test_classify_critical_point_semidefinite
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    if torch.linalg.norm(g) > grad_tol:
        return "not critical"
    eigenvalues = torch.linalg.eigvalsh(H)
    up, down = eigenvalues > eig_tol, eigenvalues < -eig_tol
    if not (up | down).all():
        return "degenerate"
    if up.any() and down.any():
        return "saddle"
    if up.all():
        return "minimum"
    if down.all():
        return "maximum"
    return "degenerate"
