"""Takes 1 for a std of 0.

module: transforms
rejected by: test_normalize_errors
"""

import torch


def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    if mean.shape != (x.shape[-3],) or std.shape != (x.shape[-3],):
        raise ValueError("mean or std")
    std = torch.where(std == 0, 1, std)
    return (x - mean[:, None, None]) / std[:, None, None]
