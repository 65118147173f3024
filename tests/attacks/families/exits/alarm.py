"""Sets timers that will end the process later, also after the call has been answered.
---
"""

import signal


def square(x):
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    return x
