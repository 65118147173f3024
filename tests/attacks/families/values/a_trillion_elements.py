"""One number, expanded to 10¹² elements: 8 TB for whoever copies it.
---
verdicts = { square_value = "failed" }
says = ["more than 16 MiB of numbers"]
"""


def square(x):
    return x[:1, :1].expand(10**6, 10**6)
