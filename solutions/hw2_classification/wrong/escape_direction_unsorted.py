"""Takes the first negative of unsorted eigenvalues.

module: critical_points
rejected by: test_escape_direction_value
"""

import torch


def escape_direction(H):
    eigenvalues, vectors = (part.real for part in torch.linalg.eig(H))
    if (eigenvalues >= 0).all():
        raise ValueError("no way down")
    return vectors[:, (eigenvalues < 0).nonzero()[0, 0]]
