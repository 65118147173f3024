"""The floor: one warm process that forks a child per check (or per submission), with no isolation at all.

``python barefork.py CLASS JOBS check|submission``; prints one line of JSON. The child executes the student's
module in the process that holds the checks, so whoever writes the module can give itself any grade.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections import Counter
from pathlib import Path
from types import ModuleType

import torch

sys.modules["anchor"] = ModuleType("anchor")  # the checks import it; each child puts a student's in its place
sys.path.insert(0, str(Path(__file__).parent / "plain"))
import test_plain  # noqa: E402

CHECKS = [check for name, check in vars(test_plain).items() if name.startswith("test_")]


def passed(path: Path, checks: list) -> int:
    """How many of the checks pass, in this process."""
    try:
        exec(compile(path.read_bytes(), path.name, "exec"), vars(test_plain.anchor))
    except BaseException:
        return 0
    count = 0
    for check in checks:
        try:
            check()
            count += 1
        except Exception:
            continue
    return count


def grade(folder: Path, jobs: int, batches: list[list]) -> Counter[str]:
    """Points of every student; a child per student and batch of checks, ``jobs`` at a time."""
    todo = iter([(student, batch) for student in sorted(folder.iterdir()) for batch in batches])
    live: dict[int, tuple[int, str]] = {}
    points: Counter[str] = Counter()
    while True:
        while len(live) < jobs and (task := next(todo, None)):
            student, batch = task
            read, write = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.write(write, b"%d" % passed(student / "anchor.py", batch))
                os._exit(0)
            os.close(write)
            live[read] = (pid, student.name)
        if not live:
            return points
        for read in select.select(list(live), [], [])[0]:
            pid, name = live.pop(read)
            points[name] += int(os.read(read, 8) or b"0")
            os.close(read)
            os.waitpid(pid, 0)


def main() -> None:
    folder, jobs, kind = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(1)
    start = time.perf_counter()
    points = grade(folder, jobs, [[check] for check in CHECKS] if kind == "check" else [CHECKS])
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "points": points}))


if __name__ == "__main__":
    main()
