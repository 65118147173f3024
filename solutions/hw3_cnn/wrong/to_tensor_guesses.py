"""Takes an image whose first dimension is 1 or 3 for (C, H, W).

module: transforms
rejected by: test_to_tensor_shapes
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
    if image.shape[0] in (1, 3) and image.shape[2] not in (1, 3):
        return image.float() / 255
    return image.permute(2, 0, 1).float() / 255
