"""Functions that run beside the student's code, for what cannot be seen from outside."""

import random

import numpy as np
import torch


def draws_after_seeding(student, seed):
    """What Python's, NumPy's and PyTorch's generators give after seed_everything(seed), and its own result."""
    result = student.seed_everything(seed)
    return result, [random.random() for _ in range(3)], np.random.rand(3).tolist(), torch.rand(3)
