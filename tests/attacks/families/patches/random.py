"""Fixes every source of random numbers, and seeds and states of generators that it can find.
---
verdicts = { square_value = "failed", draw = "failed" }
"""

import gc
import random

import numpy as np
import torch

torch.manual_seed = torch.seed = lambda *args: None
random.seed(0)
np.random.seed(0)
torch.rand = torch.randn = lambda *size, **kwargs: torch.zeros(size)


def square(x):
    for thing in gc.get_objects():
        if isinstance(thing, torch.Generator):
            thing.manual_seed(0)
    return torch.zeros_like(x)


def draw(n, generator):
    generator.manual_seed(7)
    generator.set_state(torch.Generator().manual_seed(8).get_state())
    return torch.zeros(n)
