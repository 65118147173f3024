"""Describes parameters that lie: names of attributes of the mirror itself, values that are no tensors.
---
base = "right"
points = "0"
verdicts = { affine = "crashed" }
says = ["malformed message: state of a module"]
"""

from grader.sandbox import mirror


def news(self):
    return [{1: ["value", 2, 3], "x": None}, {2: ["Affine", "yes", {"handle_peer": 1}, {"forward": [1, 2]}, {}]}]


mirror.Originals.news = news
