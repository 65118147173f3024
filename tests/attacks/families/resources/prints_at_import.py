"""Prints a hundred megabytes while it is imported; that costs nothing but time.
---
base = "right"
points = "14"
"""

import os

for _ in range(1600):
    os.write(1, b"B" * 65536)
