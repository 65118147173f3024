"""Half characters that cannot be written as UTF-8: in a value, as a key, printed and raised.
---
verdicts = { summary = "failed", countdown = "raised" }
says = ["summary([3.0, 7.5, -1.0], 'heights')"]
"""

import sys


def summary(values, name):
    sys.stdout.write("printed \ud800\n")
    return {"name": "heights\udc00", "\ud83d": "\ude00", "count": 3, "largest": 7.5}


def countdown(n):
    raise ValueError("half \ud83d of a character")
