"""Divides by the sum of the entries' absolute values.

module: critical_points
rejected by: test_escape_direction_value
"""

import torch


def escape_direction(H):
    eigenvalues, vectors = torch.linalg.eigh(H)
    if eigenvalues[0] >= 0:
        raise ValueError("no way down")
    return vectors[:, 0] / vectors[:, 0].abs().sum()
