"""A list that contains itself, and a generator that yields itself.
---
verdicts = { summary = "failed", countdown = "timeout" }
says = ["is nested deeper than 32 levels"]
"""


def summary(values, name):
    endless = []
    endless.append(endless)
    return endless


class Again:
    def __iter__(self):
        return self

    def __next__(self):
        return self


def countdown(n):
    return Again()
