"""Counts the eigenvalue 0 as a way down.

module: critical_points
rejected by: test_escape_direction_refuses
"""

import torch


def escape_direction(H):
    eigenvalues, vectors = torch.linalg.eigh(H)
    if eigenvalues[0] > 0:
        raise ValueError("no way down")
    return vectors[:, 0]
