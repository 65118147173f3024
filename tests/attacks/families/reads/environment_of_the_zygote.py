"""Reads the environment that its process was started with, which clearing a dict does not clear.
---
prints = ["looked"]
"""

KNOWN = {"PATH", "LC_ALL", "PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES"}
KNOWN |= {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


def square(x):
    try:
        with open("/proc/self/environ", "rb") as file:
            for entry in filter(None, file.read().decode().split("\0")):
                if entry.split("=")[0] not in KNOWN:
                    print("reached", entry.split("=")[0])
    except OSError:
        pass
    print("looked")
    return x
