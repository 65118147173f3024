"""A generator that never ends.
---
verdicts = { countdown = "timeout" }
says = ["went on after 200 items"]
"""


def countdown(n):
    while True:
        yield n
