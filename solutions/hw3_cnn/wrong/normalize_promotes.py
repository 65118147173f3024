"""Takes the dtype of mean and std into the result.

module: transforms
rejected by: test_normalize_dtypes
"""

import torch


def normalize(x, mean, std):
    mean = torch.as_tensor(mean)
    std = torch.as_tensor(std)
    if mean.shape != (x.shape[-3],) or std.shape != (x.shape[-3],) or (std == 0).any():
        raise ValueError("mean or std")
    return (x - mean[:, None, None]) / std[:, None, None]
