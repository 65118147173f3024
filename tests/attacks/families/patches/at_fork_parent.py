"""Ends the worker each time when it has forked for a check.
---
"""

import os

os.register_at_fork(after_in_parent=lambda: os._exit(0))
