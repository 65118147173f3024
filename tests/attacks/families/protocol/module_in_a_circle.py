"""Describes a module that is its own child, by forging the description.
---
base = "right"
points = "13"
verdicts = { affine = "failed" }
"""

from grader.sandbox import mirror

real = mirror.Originals._describe


def describe(self, news):
    real(self, news)
    for handle, entry in news.items():
        entry[4] = {"child": handle, "": handle, "a.b": handle, "training": None}


mirror.Originals._describe = describe
