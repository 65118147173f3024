"""Replaces isinstance, so that nothing works any more in this process; the message must still say what happened.
---
"""

import builtins

real = builtins.isinstance
builtins.isinstance = lambda value, kind: True
builtins.hasattr = lambda value, name: True
builtins.id = lambda value: 1
