"""Takes a small negative eigenvalue for 0.

module: critical_points
rejected by: test_escape_direction_descends
"""

import torch


def escape_direction(H):
    eigenvalues, vectors = torch.linalg.eigh(H)
    if eigenvalues[0] >= -1e-2:
        raise ValueError("no way down")
    return vectors[:, 0]
