"""Does not look at the gradient.

module: critical_points
rejected by: test_classify_critical_point_words
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    eigenvalues = torch.linalg.eigvalsh(H)
    up, down = eigenvalues > eig_tol, eigenvalues < -eig_tol
    if up.any() and down.any():
        return "saddle"
    if up.all():
        return "minimum"
    if down.all():
        return "maximum"
    return "degenerate"
