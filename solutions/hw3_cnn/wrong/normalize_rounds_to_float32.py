"""Makes float32 of lists, for images in float64 too.

module: transforms
rejected by: test_normalize_dtypes
"""

import torch


def normalize(x, mean, std):
    mean = torch.as_tensor(mean, dtype=torch.float32).to(x.dtype)
    std = torch.as_tensor(std, dtype=torch.float32).to(x.dtype)
    if mean.shape != (x.shape[-3],) or std.shape != (x.shape[-3],) or (std == 0).any():
        raise ValueError("mean or std")
    return (x - mean[:, None, None]) / std[:, None, None]
