"""Accepts a batch of images.

module: transforms
rejected by: test_to_tensor_errors
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
    return image.movedim(-1, -3).float() / 255
