"""Reads the course: solutions, hidden checks, the secret seed, data, reports and the work of others.
---
prints = ["looked"]

[at.process]
gap = "no layer hides files: what other users may read can be read"
reached = ["hidden checks", "labels", "others", "reports", "solution"]

[at."process as nobody"]
gap = "no layer hides files: what the grader may read can be read"
reached = ["hidden checks", "labels", "others", "reports", "seed", "solution"]
"""

import os

PLACES = {
    "solution": "@COURSE@/solutions/everything/victim.py",
    "hidden checks": "@COURSE@/solutions/everything/checks/test_victim_hidden.py",
    "seed": "@COURSE@/.grader/course.seed",
    "labels": "@COURSE@/datasets/slope/generator.py",
    "others": "@FOLDER@/classes/honest/m honest/victim.py",
    "reports": "@FOLDER@/out/honest/reports/m honest.json",
}


def square(x):
    for name, place in PLACES.items():
        try:
            with open(place, "rb") as file:
                if file.read(1):
                    print("reached", name)
        except OSError:
            continue
    print("looked in", len(os.listdir(".")), "files")
    return x
