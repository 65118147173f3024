"""An exception whose text cannot be made, whose type has a strange name and whose frames lie.
---
verdicts = { square_value = "raised", summary = "raised" }
says = ["the exception's own text could not be made"]
"""

import sys


class Evil(BaseException):
    def __str__(self):
        sys.exit(0)

    __repr__ = __str__
    __traceback__ = None


def square(x):
    raise Evil


def summary(values, name):
    kind = type("passed\n::notice::" + "A" * 5000, (Exception,), {"__module__": "builtins"})
    raise kind("B" * 10_000_000)
