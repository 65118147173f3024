"""Sends a gradient that nobody asked for, and answers the backward pass with too many, too few, of wrong kinds.
---
base = "right"
points = "12"
verdicts = { square_gradient = "crashed" }
says = ["the worker broke the protocol: malformed message: gradients"]
"""

from grader.sandbox import peer


def made_up(self, graph, cotangents, accumulate):
    return [None, "gradient", 1], {"weight": True}


peer.Peer._vjp = made_up
