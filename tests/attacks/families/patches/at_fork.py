"""Ends every fork of its process in its first moment, before the check is served.
---
verdicts = { square_value = "crashed" }
says = ["exit code 0"]
"""

import os

os.register_at_fork(after_in_child=lambda: os._exit(0))
