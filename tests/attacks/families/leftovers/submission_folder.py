"""Changes its own files, so that the next check would import another module.
---
prints = ["tried"]

[at."process as nobody"]
gap = "without a user of its own and Landlock, a worker may write where the grader may"
reached = ["victim.py", "new.py"]
"""

import os


def square(x):
    folder = os.path.dirname(__file__)
    for name in ("victim.py", "new.py", "__pycache__/victim.pyc"):
        try:
            with open(f"{folder}/{name}", "a") as file:
                file.write("\n")
            print("reached", name)
        except OSError:
            continue
    print("tried")
    return x
