"""Makes folders in folders, so deep that who removes them runs out of stack.
---
verdicts = { summary = "failed", total_of_file = "failed", square_value = "failed" }
prints = ["made them"]
"""

import os


def summary(values, name):
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    print("made them")
