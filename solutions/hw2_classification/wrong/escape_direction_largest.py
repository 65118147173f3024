"""Takes the largest eigenvalue.

module: critical_points
rejected by: test_escape_direction_value
"""

import torch


def escape_direction(H):
    eigenvalues, vectors = torch.linalg.eigh(H)
    if eigenvalues[0] >= 0:
        raise ValueError("no way down")
    return vectors[:, -1]
