"""Raises SystemExit(0) while it is imported.
---
verdicts = { square_value = "raised" }
says = ["SystemExit"]
"""

import sys

sys.exit(0)
