"""A dict that is equal to everything, and one that shows other items than it holds.
---
verdicts = { summary = "failed" }
"""


class Liar(dict):
    def __eq__(self, other):
        return True

    __hash__ = None

    def get(self, key, default=None):
        return {"name": "heights", "count": 3, "largest": 7.5}[key]

    __getitem__ = get


def summary(values, name):
    return Liar(name="wrong")
