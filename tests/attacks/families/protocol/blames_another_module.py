"""Says that another module was being imported when it ends the process: then it is that one which is left out.
---
base = "right"
points = "0"
verdicts = { square_value = "crashed" }
says = ["the process ended itself during the import of"]
"""

import gc
import os

from grader.sandbox.channel import Channel

for channel in [o for o in gc.get_objects() if isinstance(o, Channel)]:
    channel.send({"importing": "model"})
os._exit(0)
