"""Replaces itself by another program, and starts one beside itself.
---
verdicts = { square_value = "raised", summary = "raised" }
says = ["PermissionError"]
"""

import os
import subprocess
import sys


def square(x):
    os.execv(sys.executable, [sys.executable, "-c", "print('reached exec')"])


def summary(values, name):
    return subprocess.run(["/bin/sh", "-c", "echo reached a shell"], check=False).returncode
