"""Gives a direction where there is no way down.

module: critical_points
rejected by: test_escape_direction_refuses
"""

import torch


def escape_direction(H):
    return torch.linalg.eigh(H).eigenvectors[:, 0]
