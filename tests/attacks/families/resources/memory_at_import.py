"""Takes all memory while it is imported, and tries again.
---
verdicts = { square_value = "out_of_memory", countdown = "out_of_memory" }
says = ["the import of victim.py ran out of memory"]
"""

kept = [b"x" * (1 << 30)]
