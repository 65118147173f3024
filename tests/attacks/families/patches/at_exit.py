"""Registers functions for the end: of the interpreter, of threads, of objects, of forks.
---
verdicts = { square_value = "failed" }
"""

import atexit
import os
import threading
import weakref


def late(*args):
    os.write(1, b"late words\n")
    os._exit(0)


class Object:
    def __del__(self):
        late()


kept = Object()
atexit.register(late)
threading._register_atexit(late)
weakref.finalize(kept, late)
os.register_at_fork(after_in_parent=lambda: None, after_in_child=lambda: None)
