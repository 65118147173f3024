"""Takes the axis with the least entry on the diagonal.

module: critical_points
rejected by: test_escape_direction_value
"""

import torch


def escape_direction(H):
    if torch.linalg.eigvalsh(H)[0] >= 0:
        raise ValueError("no way down")
    return torch.eye(len(H), dtype=H.dtype)[H.diagonal().argmin()]
