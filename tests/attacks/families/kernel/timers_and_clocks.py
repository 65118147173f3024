"""Sets the clock, and asks for the time until the grader must think that it is another day.
---
prints = ["tried"]
"""

import time


def square(x):
    try:
        time.clock_settime(time.CLOCK_REALTIME, 0)
        print("reached the clock")
    except OSError:
        pass
    print("tried")
    return x
