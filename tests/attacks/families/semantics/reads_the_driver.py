"""Looks into the frame of the driver that calls it, where a careless author may have left an answer.
---
verdicts = { curvature = "failed" }
prints = ["the driver's names: student, x"]
"""

import sys


def curvature(f, x):
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "curvature_of_cube":
        frame = frame.f_back
    print("the driver's names:", ", ".join(sorted(frame.f_locals)))
    return x
