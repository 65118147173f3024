"""A loop that never ends, at import.
---
verdicts = { square_value = "timeout", countdown = "timeout" }
says = ["the import of victim.py did not finish within"]
"""

while True:
    pass
