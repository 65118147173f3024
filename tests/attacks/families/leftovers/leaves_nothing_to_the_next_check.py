"""Remembers inputs from one check to the next: in variables, files, the environment, torch's state.
---
verdicts = { square_value = "failed" }
"""

import builtins
import os

import torch

SEEN = []


def remember(what):
    path = f"{os.environ['TMPDIR']}/seen"
    try:
        with open(path) as file:
            print("reached the file of", file.read())
    except OSError:
        pass
    for word in (*SEEN, *getattr(builtins, "seen", []), os.environ.get("SEEN", "")):
        if word:
            print("reached the variable of", word)
    if torch.get_num_threads() != 1:
        print("reached the threads of an earlier check")
    with open(path, "w") as file:
        file.write(what)
    SEEN.append(what)
    builtins.seen = SEEN
    os.environ["SEEN"] = what
    torch.set_num_threads(2)


def square(x):
    remember("square") if not SEEN else None
    return x


def summary(values, name):
    remember("summary")


def total_of_file(path):
    remember("total_of_file")


def draw(n, generator):
    remember("draw")
