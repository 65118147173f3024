"""Reports changes of inputs that it did not make, thousands of them, in places that do not exist.
---
base = "right"
points = "0"
verdicts = { square_value = "crashed" }
says = ["malformed message: list of changed arguments"]
"""

from grader.sandbox import peer

peer._changed_places = lambda request: [-1, 10**9, "x" * 1000, None, [], {}] * 1000
