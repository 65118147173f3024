"""Downloads the answer, by the standard library, by torch.hub and by a program.
---
verdicts = { square_value = "raised", summary = "raised", total_of_file = "raised" }
says = ["PermissionError"]
"""

import subprocess
import urllib.request

import torch


def square(x):
    return urllib.request.urlopen("http://127.0.0.1:@PORT@/").read()


def summary(values, name):
    return torch.hub.load_state_dict_from_url("http://127.0.0.1:@PORT@/m.pt")


def total_of_file(path):
    return subprocess.check_output(["curl", "http://127.0.0.1:@PORT@/"])
