"""Adds up all directions with a negative eigenvalue.

module: critical_points
rejected by: test_escape_direction_value
"""

import torch


def escape_direction(H):
    eigenvalues, vectors = torch.linalg.eigh(H)
    if eigenvalues[0] >= 0:
        raise ValueError("no way down")
    return torch.nn.functional.normalize(vectors[:, eigenvalues < 0].sum(dim=1), dim=0)
