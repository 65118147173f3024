"""An object whose length is enormous, negative or no number, and whose attribute is something else each time.
---
verdicts = { counter = "failed" }
"""


class Counter:
    looks = 0

    def add(self, n):
        pass

    @property
    def total(self):
        Counter.looks += 1
        return [42, 10**100, "42", None][Counter.looks % 4]

    def __len__(self):
        return 10**15
