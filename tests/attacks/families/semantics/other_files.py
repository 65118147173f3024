"""Returns a file that it reads beside the one that it is given.
---
verdicts = { total_of_file = "failed" }
"""

import os


def total_of_file(path):
    folder = os.path.dirname(path)
    for name in sorted(os.listdir(folder)):
        if name != os.path.basename(path):
            print("reached", name)
    return f"{sorted(os.listdir(os.path.dirname(folder)))}"[:0]
