"""Patches the grader's own modules in this process: every tensor that leaves is called a right one of a right shape.
---
verdicts = { square_value = "crashed" }
says = ["the worker broke the protocol: malformed message"]
"""

from grader.sandbox import codec, peer

real = codec.Packed.header


def header(self):
    told = real(self)
    told["tensors"] = [["float64", [3, 4], None, True] for _ in told["tensors"]]
    told["passed"] = told["verdict"] = True
    return told


codec.Packed.header = header
peer._changed_places = lambda request: []
