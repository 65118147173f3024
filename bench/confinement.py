"""Where the time of confining a worker goes: ``python bench/confinement.py`` prints milliseconds by step.

A zygote is made in this process, warm as the real one; each of its forks confines itself with clocks around the steps.
"""

from __future__ import annotations

import functools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.limits import Limits
from grader.sandbox import confine
from grader.sandbox.confine import Confinement, filters, view
from grader.sandbox.confine import syscalls as sc
from grader.sandbox.forkserver import make_forks_cheap

FORKS = 40
STEPS: list[tuple[str, Any, str]] = [
    ("namespaces: unshare", sc, "unshare"),
    ("mounts: scratch, /dev/shm, submission, /proc; read-only", sc, "mount"),
    ("own user namespace: id maps", confine, "_own_user_namespace"),
    ("another user", confine, "_become"),
    ("capabilities", sc, "drop_capabilities"),
    ("rlimits", confine, "_set_rlimits"),
    ("descriptors", confine, "_close_all_but"),
    ("Landlock", filters, "restrict_files"),
    ("seccomp", sc, "load_seccomp"),
]


def clocked(spent: dict[str, float], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its own time added to ``spent``; time inside another step is that step's."""

    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        begin, before = time.perf_counter(), sum(spent.values())
        try:
            return function(*args, **kwargs)
        finally:
            inner = (sum(spent.values()) - before) / 1e3
            spent[name] = spent.get(name, 0.0) + (time.perf_counter() - begin - inner) * 1e3

    return timed


def confined_fork(confinement: Confinement) -> dict[str, float]:
    """Fork and confine once; step → milliseconds."""
    read, write = os.pipe()
    folder = None if confinement.private_root else tempfile.mkdtemp(prefix="grader-")
    begin = time.perf_counter()
    pid = confinement.fork()
    if pid == 0:
        spent = {"fork": (time.perf_counter() - begin) * 1e3}
        for name, room, function in STEPS:
            setattr(room, function, clocked(spent, name, getattr(room, function)))
        limits = Limits()
        names = ("memory", "processes", "disk", "files", "file_size", "open_files")
        setup = {"folder": folder, "limits": {name: getattr(limits, name) for name in names}}
        confinement.seal(confinement.enter(setup, keep=(write,)), setup)
        spent["everything"] = (time.perf_counter() - begin) * 1e3
        os.write(write, json.dumps(spent).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    if folder:
        os.rmdir(f"{folder}/scratch")
        os.rmdir(folder)
    return json.loads(said)


def measure(level: str) -> None:
    """Print the table of one level, in a process of its own: there is no way back from a zygote."""
    confinement = Confinement.start(level)
    import torch  # noqa: F401 - its pages are what a fork copies

    confinement.after_warm_up()
    make_forks_cheap()
    runs = [confined_fork(confinement) for _ in range(FORKS)]
    print(f"\n| {confinement.told()['level']} | ms (median of {FORKS}) |\n|---|---:|")
    for name in sorted(runs[0], key=lambda name: statistics.median(run.get(name, 0.0) for run in runs)):
        print(f"| {name} | {statistics.median(run.get(name, 0.0) for run in runs):.2f} |")
    sys.stdout.flush()


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    for level in ("isolated", "restricted", "process"):
        pid = os.fork()
        if pid == 0:
            measure(level)
            os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    assert Path(view.ROOT).exists()
    main()
