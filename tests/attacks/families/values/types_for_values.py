"""Classes, functions, modules of Python, exceptions and the interpreter's own objects as results.
---
verdicts = { square_value = "failed", summary = "failed", total_of_file = "failed" }
"""

import sys

import torch


def square(x):
    return torch


def summary(values, name):
    return type


def total_of_file(path):
    return sys._getframe()


def countdown(n):
    return iter([Exception("5"), NotImplemented, Ellipsis, int, range(3)])


def curvature(f, x):
    return f


def apply_twice(f, x):
    return f
