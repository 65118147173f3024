"""Prints the environment, the command line, descriptors, limits, and where it is.
---
prints = ["looked"]
unsaid = ["attack-suite-"]
"""

import os
import sys

KNOWN = {"HOME", "USER", "TMPDIR", "PATH", "LC_ALL", "LC_CTYPE", "OMP_NUM_THREADS", "PYTHONHASHSEED"}
KNOWN |= {"CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES"}


def square(x):
    for name in os.environ:
        if name not in KNOWN and not name.startswith(("TORCH", "KMP", "MKL", "OPENBLAS")):
            print("reached", name)
    opened = []
    for number in range(3, 256):
        try:
            os.fstat(number)
            opened.append(number)
        except OSError:
            continue
    if len(opened) > 4:
        print("reached", len(opened), "descriptors")
    try:
        os.read(0, 10)
        if os.isatty(0):
            print("reached a terminal")
    except OSError:
        pass
    print("looked", sys.argv[0])
    return x
