"""Uses the collector: callbacks at each collection, resurrected objects, everything frozen, references changed.
---
verdicts = { square_value = "failed" }
"""

import gc

KEPT = []


class Again:
    def __del__(self):
        KEPT.append(self)


def callback(phase, info):
    KEPT.append(Again())


gc.callbacks.append(callback)
gc.set_threshold(1, 1, 1)
Again()
