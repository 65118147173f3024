"""Takes tensors only for mean and std.

module: transforms
rejected by: test_normalize_value
"""


def normalize(x, mean, std):
    mean = mean.to(x.dtype)
    std = std.to(x.dtype)
    if mean.shape != (x.shape[-3],) or std.shape != (x.shape[-3],) or (std == 0).any():
        raise ValueError("mean or std")
    return (x - mean[:, None, None]) / std[:, None, None]
