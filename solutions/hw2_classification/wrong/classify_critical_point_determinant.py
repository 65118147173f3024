"""Looks at the determinant and the first entry.

module: critical_points
rejected by: test_classify_critical_point_words
"""

import torch


def classify_critical_point(g, H, grad_tol, eig_tol):
    if torch.linalg.norm(g) > grad_tol:
        return "not critical"
    det = torch.linalg.det(H)
    if abs(det) <= eig_tol:
        return "degenerate"
    if det < 0:
        return "saddle"
    return "minimum" if H[0, 0] > 0 else "maximum"
