"""The values are right, but hang on a parameter of the student's own, not on the input.
---
base = "right"
points = "13"
verdicts = { square_gradient = "failed" }
says = ["appears to not have been used in the graph"]
"""

import torch

OWN = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))


def square(x):
    return (x * x).detach() + OWN
