"""Begins the words with capitals.

module: critical_points
rejected by: test_classify_critical_point_words
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    if torch.linalg.norm(g) > grad_tol:
        return "Not critical"
    eigenvalues = torch.linalg.eigvalsh(H)
    up, down = eigenvalues > eig_tol, eigenvalues < -eig_tol
    if up.any() and down.any():
        return "Saddle"
    if up.all():
        return "Minimum"
    if down.all():
        return "Maximum"
    return "Degenerate"
