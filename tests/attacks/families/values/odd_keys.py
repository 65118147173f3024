"""Dicts with keys of odd kinds: None, NaN, tuples, tensors, lists by way of a tuple.
---
verdicts = { summary = "failed", total_of_file = "failed", countdown = "failed" }
"""

import torch


def summary(values, name):
    return {None: 1, float("nan"): 2, ("name", (1, 2)): name, b"count": 3, 1: True, "name": name}


def total_of_file(path):
    return {torch.zeros(1): 1}


def countdown(n):
    return iter([{([],): 1} if False else {frozenset([1]): 5}])
