"""Takes the seed that the worker was given, and tries to get the check's from it.
---
prints = ["tried"]
"""

import gc
import random

import torch
from grader.sandbox.seeds import derive_seed

CHECK = "test_victim.py::test_square_value"


def square(x):
    seeds = {torch.initial_seed(), torch.default_generator.initial_seed(), random.getstate()[1][0]}
    for thing in gc.get_objects():
        if type(thing) is dict and type(thing.get("seed")) is int:
            seeds.add(thing["seed"])
    for seed in seeds:
        for key in (str(seed).encode(), f"{seed:x}".encode(), seed.to_bytes(8, "big")):
            guess = derive_seed(key, "check", "everything", "1.0", CHECK)
            for candidate in (seed, guess):
                rng = torch.Generator().manual_seed(candidate)
                if torch.equal(torch.randn(3, 4, dtype=torch.float64, generator=rng), x.detach().reshape(-1, 4)[:3]):
                    print("reached the check's seed")
    print("tried", len(seeds) > 0)
    return x
