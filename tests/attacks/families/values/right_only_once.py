"""An attribute that is right when it is looked at for the first time, and a length that is no number.
---
base = "right"
points = "13"
verdicts = { counter = "raised" }
says = ["TypeError"]
"""


class Counter:
    looks = 0

    def add(self, n):
        pass

    @property
    def total(self):
        Counter.looks += 1
        return 42 if Counter.looks == 1 else 0

    def __len__(self):
        return "2"
