"""An object whose length, attribute and iterator take for ever.
---
base = "right"
points = "13"
verdicts = { counter = "timeout" }
says = ["did not finish within"]
"""


class Counter:
    total = 42

    def add(self, n):
        pass

    def __len__(self):
        while True:
            pass
