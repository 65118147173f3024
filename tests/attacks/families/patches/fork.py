"""Replaces os.fork, os._exit, os.waitpid and os.kill, on which the worker's own order of things rests.
---
"""

import os

os.fork = lambda: 0
os._exit = lambda code=0: None
os.waitpid = lambda *args: (0, 0)
os.kill = lambda *args: None
