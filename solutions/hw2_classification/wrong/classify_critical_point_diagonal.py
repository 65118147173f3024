"""Looks at the diagonal, not at the eigenvalues.

module: critical_points
rejected by: test_classify_critical_point_words
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    if torch.linalg.norm(g) > grad_tol:
        return "not critical"
    eigenvalues = H.diagonal()
    up, down = eigenvalues > eig_tol, eigenvalues < -eig_tol
    if up.any() and down.any():
        return "saddle"
    if up.all():
        return "minimum"
    if down.all():
        return "maximum"
    return "degenerate"
