"""Takes more and more memory, piece by piece, and at import.
---
verdicts = { square_value = "out_of_memory" }
says = ["ran out of memory"]
"""


def square(x):
    kept = []
    while True:
        kept.append(b"x" * (1 << 22))
