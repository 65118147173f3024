"""Forgets PyTorch's generator.

module: regression
rejected by: test_seed_everything_generators
"""

import random

import numpy as np
import torch


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
