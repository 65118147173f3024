"""Makes what it may not read readable: other roots, links, descriptors of folders, magic links of /proc.
---
prints = ["looked"]

[at.process]
gap = "no layer hides files"
reached = ["by link", "by /proc/self/root"]

[at."process as nobody"]
gap = "no layer hides files, and whoever owns one may link to it"
reached = ["by hard link", "by link", "by /proc/self/root"]
"""

import os

WANTED = "@COURSE@/solutions/everything/victim.py"


def attempt(what, path):
    try:
        with open(path, "rb") as file:
            if file.read(1):
                print("reached", what)
    except OSError:
        pass


def square(x):
    link = f"{os.environ['TMPDIR']}/link"
    try:
        os.symlink(WANTED, link)
        attempt("by link", link)
    except OSError:
        pass
    try:
        os.link(WANTED, f"{link}2")
        attempt("by hard link", f"{link}2")
    except OSError:
        pass
    attempt("by /proc/self/root", f"/proc/self/root{WANTED}")
    attempt("by /proc/1/root", f"/proc/1/root{WANTED}")
    attempt("by the parent's folder", f"/proc/{os.getppid()}/cwd{WANTED}")
    for number in range(256):
        attempt("by a descriptor", f"/proc/self/fd/{number}/../../../../..{WANTED}")
    print("looked")
    return x
