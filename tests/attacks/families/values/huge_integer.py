"""A whole number of 3000 digits, which takes quadratic time to print, and one of a million bits.
---
verdicts = { summary = "failed", total_of_file = "failed" }
says = ["an integer of more than 4096 bits"]
"""


def summary(values, name):
    return {"name": name, "count": 10**3000, "largest": 7.5}


def total_of_file(path):
    return 1 << 1_000_000
