"""Replaces the driver's result: what a driver returns is as trustworthy as the student, and still has to be right.
---
verdicts = { curvature = "failed" }
"""

from grader.sandbox import worker

worker.Service.drive = lambda self, source, name, *args: args[-1] * 7
