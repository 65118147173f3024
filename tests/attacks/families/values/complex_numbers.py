"""The right numbers, with a wrong imaginary part.
---
verdicts = { square_value = "failed" }
says = ["torch.complex128"]
"""


def square(x):
    return x * x + 1000j
