"""Ends the process with 0 while it is imported.
---
verdicts = { square_value = "crashed", countdown = "crashed" }
says = ["the process ended itself during the import of victim.py (exit code 0)"]
"""

import os

os._exit(0)
