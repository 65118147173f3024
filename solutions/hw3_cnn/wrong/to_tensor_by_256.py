"""Divides by 256.

module: transforms
rejected by: test_to_tensor_value
"""

import numpy as np
import torch


def to_tensor(image):
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8:
            raise TypeError("uint8")
        image = torch.from_numpy(image.copy())
    if image.dtype != torch.uint8:
        raise TypeError("uint8")
    if image.ndim == 2:
        image = image.unsqueeze(-1)
    if image.ndim != 3:
        raise ValueError("dimensions")
    return image.permute(2, 0, 1).float() / 256
