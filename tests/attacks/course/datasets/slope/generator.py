"""Points on a plane, with a little noise."""

import numpy as np
import torch

SIZE = 200
WEIGHT = np.array([3.0, -2.0])


def _draw(*seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((SIZE, 2))
    y = x @ WEIGHT + 0.5 + 0.1 * rng.standard_normal(SIZE)
    return x, y


def write(folder, *, world_seed, split_seed):
    """train.csv: x1, x2, y."""
    x, y = _draw(world_seed)
    np.savetxt(folder / "train.csv", np.column_stack([x, y]), delimiter=",")


def split(*, world_seed, split_seed):
    """Inputs (N, 2), targets (N,)."""
    x, y = _draw(world_seed, split_seed)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


def arrays(folder):
    """The public numbers."""
    yield np.loadtxt(folder / "train.csv", delimiter=",")


def write_real(raw, folder):
    """There are no real data."""
    raise NotImplementedError
