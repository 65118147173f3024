"""Sends states of generators that no Mersenne twister can be in, for generators that it was never given.
---
base = "right"
points = "12"
verdicts = { draw = "crashed", summary = "crashed" }
says = ["the worker broke the protocol: malformed message: generator state"]
"""

import base64
import gc

import torch
from grader.sandbox.channel import Channel
from grader.sandbox.peer import Peer


def channel():
    return next(o for o in gc.get_objects() if isinstance(o, Channel) and o.sock.fileno() >= 0)


def draw(n, generator):
    state = bytearray(generator.get_state().numpy().tobytes())
    state[8:12] = (10**6).to_bytes(4, "little")
    peer = next(o for o in gc.get_objects() if isinstance(o, Peer))
    key = next(iter(peer._generators))
    gens = [[key, base64.b64encode(state).decode()]]
    channel().send({"tree": 1, "tensors": [], "blobs": [], "gens": gens})
    return torch.rand(n, generator=generator)


def summary(values, name):
    state = base64.b64encode(b"\xff" * 5056).decode()
    channel().send({"tree": ["h", 77, "generator", "cpu", state], "tensors": [], "blobs": []})
