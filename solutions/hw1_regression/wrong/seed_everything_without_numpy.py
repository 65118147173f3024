"""Forgets NumPy's generator.

module: regression
rejected by: test_seed_everything_generators
"""

import random

import torch


def seed_everything(seed):
    random.seed(seed)
    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
