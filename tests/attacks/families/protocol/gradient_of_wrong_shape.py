"""Answers the backward pass with a gradient that would be stretched to the right shape.
---
base = "right"
points = "13"
verdicts = { square_gradient = "crashed" }
says = ["malformed message: a gradient of the wrong shape or dtype"]
"""

import torch
from grader.sandbox import peer

real = peer.Peer._vjp


def made_up(self, graph, cotangents, accumulate):
    grads, shared = real(self, graph, cotangents, accumulate)
    return [g if g is None or g.dim() < 2 else torch.ones(1, dtype=g.dtype) for g in grads], shared


peer.Peer._vjp = made_up
