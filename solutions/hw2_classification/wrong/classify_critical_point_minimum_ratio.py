"""Goes by the share of positive eigenvalues.

module: critical_points
rejected by: test_classify_critical_point_words
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    if torch.linalg.norm(g) > grad_tol:
        return "not critical"
    eigenvalues = torch.linalg.eigvalsh(H)
    up, down = eigenvalues > eig_tol, eigenvalues < -eig_tol
    if up.double().mean() > 0.5:
        return "minimum"
    if up.any() and down.any():
        return "saddle"
    if down.all():
        return "maximum"
    return "degenerate"
