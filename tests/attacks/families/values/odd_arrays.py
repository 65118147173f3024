"""NumPy arrays of objects, records and masks, which run code when they are read.
---
verdicts = { square_value = "failed", summary = "failed", total_of_file = "failed" }
says = ["of dtype object", "MaskedArray"]
"""

import numpy as np


def square(x):
    return np.array([print, 1], dtype=object)


def summary(values, name):
    return np.ma.masked_array([1, 2], mask=[True, False])


def total_of_file(path):
    return np.zeros(3, dtype=[("a", "i4"), ("b", "O")])
