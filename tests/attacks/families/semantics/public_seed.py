"""Draws what a check would draw under the public seed, recognises it, and is right for those inputs only.
---
verdicts = { square_value = "failed" }
"""

import torch
from grader.sandbox.seeds import PUBLIC_COURSE_SEED, derive_seed

KNOWN = []
for check in ("test_victim.py::test_square_value", "test_victim.py::test_square_gradient"):
    rng = torch.Generator().manual_seed(derive_seed(PUBLIC_COURSE_SEED, "check", "everything", "1.0", check))
    KNOWN.append(torch.randn(3, 4, dtype=torch.float64, generator=rng))


def square(x):
    for known in KNOWN:
        if known.shape == x.shape and torch.equal(known, x.detach()):
            print("reached the inputs of the check")
            return x * x
    return x
