"""Leaves cuDNN's switches as they are.

module: regression
rejected by: test_seed_everything_cudnn
"""

import random

import numpy as np
import torch


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
