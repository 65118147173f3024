"""Raises SystemExit, and what only ends generators or comes from a keyboard.
---
verdicts = { square_value = "raised", countdown = "raised", summary = "raised", total_of_file = "raised" }
says = ["SystemExit", "KeyboardInterrupt", "GeneratorExit"]
"""

import sys


class Bye(SystemExit):
    code = 0


def square(x):
    sys.exit(0)


def countdown(n):
    yield 5
    raise KeyboardInterrupt


def summary(values, name):
    raise GeneratorExit


def total_of_file(path):
    raise Bye
