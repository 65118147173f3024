"""Calls a point a saddle if the least and the largest eigenvalue differ in sign, however small.

module: critical_points
rejected by: test_classify_critical_point_semidefinite
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    if torch.linalg.norm(g) > grad_tol:
        return "not critical"
    eigenvalues = torch.linalg.eigvalsh(H)
    up, down = eigenvalues > eig_tol, eigenvalues < -eig_tol
    if eigenvalues[0] * eigenvalues[-1] < 0:
        return "saddle"
    if up.all():
        return "minimum"
    if down.all():
        return "maximum"
    return "degenerate"
