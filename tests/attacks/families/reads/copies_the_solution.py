"""Runs the solution that it finds on disk.
---

[at.process]
gap = "no layer hides files: the solution can be read and run"
points = "12"
"""

try:
    with open("@COURSE@/solutions/everything/victim.py", encoding="utf-8") as file:
        exec(file.read(), globals())
except OSError:
    pass
