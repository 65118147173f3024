"""Forgets Python's generator.

module: regression
rejected by: test_seed_everything_generators
"""

import numpy as np
import torch


def seed_everything(seed):
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
