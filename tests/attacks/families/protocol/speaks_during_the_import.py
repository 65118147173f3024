"""Speaks to the grader while it is imported: it is ready, nothing has failed, another module is being imported.
---
base = "right"
points = "0"
verdicts = { square_value = "crashed" }
"""

import gc
import os

from grader.sandbox.channel import Channel

for channel in [o for o in gc.get_objects() if isinstance(o, Channel)]:
    channel.send({"importing": "model"})
    channel.send({"importing": ["x"]})
    channel.send({"ready": True, "failed": {"model": {"missing": True, "message": "blame the other"}}, "obstacle": ""})
os._exit(0)
