"""Takes the first mean and std for all channels.

module: transforms
rejected by: test_normalize_value
"""

import torch


def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=x.dtype)
    std = torch.as_tensor(std, dtype=x.dtype)
    if mean.shape != (x.shape[-3],) or std.shape != (x.shape[-3],) or (std == 0).any():
        raise ValueError("mean or std")
    return (x - mean[0]) / std[0]
