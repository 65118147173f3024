"""A subclass of Tensor answers every function that it is given to, comparisons too, with yes.
---
verdicts = { square_value = "failed" }
says = ["a Liar, a subclass of torch.Tensor"]
"""

import torch


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True


def square(x):
    return x.as_subclass(Liar)
