"""Goes through NumPy and loses the gradient.

module: logistic
rejected by: test_sigmoid_gradient
"""

import numpy as np
import torch


def sigmoid(z):
    dtype = z.dtype
    z = z.detach().double().numpy()
    e = np.exp(-np.abs(z))
    return torch.tensor(np.where(z >= 0, 1, e) / (1 + e), dtype=dtype)
