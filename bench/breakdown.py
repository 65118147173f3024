"""Where the time of one submission goes: ``python bench/breakdown.py`` prints milliseconds by part.

Functions of the grader are wrapped with clocks, in the command and in the checking process; a part's time is its own,
without that of the parts inside it. What happens in the student's processes is seen from outside, as waiting.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# part → what is wrapped for it, "module:Class.name" or "module:name"
COMMAND = {
    "command: find and read the submission": ["grader.runner.batch:read_source"],
    "command: ask for a fork of the checking process, and wait for its first word": [
        "grader.runner.local:LocalRunner._fork"
    ],
    "command: digests of the submission": ["grader.submission:Submission.digest"],
    "command: write the report": ["grader.runner.batch:write_report"],
    "command: write timings.json": ["grader.runner.batch:write_timings"],
}
CHECKING = {
    "checking process: set up a job": ["grader.grading.server:_grade"],
    "checking process: read the job": ["grader.grading.server:job_from"],
    "checking process: memory guard": ["grader.grading.server:_guard_memory"],
    "worker: fork of the zygote": ["grader.sandbox.engines:ForkEngine.start"],
    "worker: confine and import (waiting)": ["grader.sandbox.engines:Worker._start"],
    "check: pytest, and the check's own work": ["grader.grading.checker:runtestprotocol"],
    "check: ask for a fork of the worker": ["grader.sandbox.engines:Worker._open"],
    "check: fork of the worker, calls (waiting)": ["grader.sandbox.peer:Peer.exchange"],
    "check: look at /proc": ["grader.sandbox.watch:usage"],
    "check: close": ["grader.remote.submission:SubmissionProxy.close"],
    "worker: end": ["grader.sandbox.engines:Worker.kill"],
}


class Clocks:
    """Own time of each part so far, in seconds on the clock and of CPU; parts inside a part stop its clock."""

    def __init__(self) -> None:
        self.own: dict[str, list[float]] = {}  # part → wall seconds, CPU seconds, calls
        self._inside: list[list[float]] = []

    def wrap(self, part: str, place: str) -> None:
        """Put a clock around a function."""
        module, _, path = place.partition(":")
        *outer, name = path.split(".")
        owner: Any = functools.reduce(getattr, outer, importlib.import_module(module))
        original = getattr(owner, name)

        @functools.wraps(original)
        def timed(*args: Any, **kwargs: Any) -> Any:
            inner = [0.0, 0.0]
            self._inside.append(inner)
            begin = (time.perf_counter(), time.process_time())
            try:
                return original(*args, **kwargs)
            finally:
                whole = (time.perf_counter() - begin[0], time.process_time() - begin[1])
                self._inside.pop()
                own = self.own.setdefault(part, [0.0, 0.0, 0.0])
                own[:] = own[0] + whole[0] - inner[0], own[1] + whole[1] - inner[1], own[2] + 1
                if self._inside:
                    outside = self._inside[-1]
                    outside[:] = outside[0] + whole[0], outside[1] + whole[1]

        setattr(owner, name, timed)

    def wrap_all(self, parts: dict[str, list[str]]) -> None:
        for part, places in parts.items():
            for place in places:
                self.wrap(part, place)


def checking_process() -> None:
    """``grader.grading`` with clocks; each job appends its times to a file when it ends."""
    from grader.grading import __main__ as checking

    clocks, out = Clocks(), os.environ["BREAKDOWN"]
    clocks.wrap_all(CHECKING)
    leave = os._exit

    def tell(code: int) -> None:
        with open(out, "a", encoding="ascii") as file:
            file.write(json.dumps(clocks.own) + "\n")
        leave(code)

    os._exit = tell  # type: ignore[assignment]
    checking.main()


def command(size: int) -> tuple[float, list[dict[str, list[float]]]]:
    """Grade a class with ``--jobs 1``; wall seconds per submission, and what the clocks of each one's job say."""
    from submissions import write_class

    from grader.assignment import find_course
    from grader.intake import discover
    from grader.runner.batch import Batch, Places
    from grader.runner.local import LocalRunner

    clocks = Clocks()
    clocks.wrap_all(COMMAND)
    jobs: list[dict[str, list[float]]] = []
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as name:
        place = Path(name)
        expected = write_class(place / "class", size)
        os.environ["BREAKDOWN"] = str(place / "times")
        _use_clocks_in_the_checking_process()
        assignment = find_course(HERE / "course").assignment("anchor")
        runner = LocalRunner(assignment, HERE, b"a seed for the benchmark only")
        try:
            runner.start()
            batch = Batch(assignment, runner, Places(place / "out"), "", jobs=1)
            begin = time.perf_counter()
            for report, _ in batch.run(discover(place / "class", assignment), print):
                assert report.points == expected[report.student], f"wrong points for {report.student}"
                jobs.append(clocks.own)
                clocks.own = {}
            seconds = time.perf_counter() - begin
        finally:
            runner.close()
        jobs += map(json.loads, (place / "times").read_text().splitlines())
    return seconds / size, jobs


def _use_clocks_in_the_checking_process() -> None:
    original = subprocess.Popen

    def popen(arguments: Any, *args: Any, **kwargs: Any) -> Any:
        if "grader.grading" in arguments:
            arguments = [sys.executable, "-P", str(HERE / "breakdown.py"), "--checking-process", arguments[-1]]
        return original(arguments, *args, **kwargs)

    subprocess.Popen = popen  # type: ignore[assignment, misc]


def _typical(found: list[list[float]], size: int) -> list[float]:
    """Per submission: the median, or for what is not done for each of them the mean."""
    columns = list(zip(*found, strict=True))
    if len(found) >= size:
        return [statistics.median(column) for column in columns]
    return [sum(column) / size for column in columns] or [0.0] * 3


def main() -> None:
    if sys.argv[1:2] == ["--checking-process"]:
        del sys.argv[1]
        checking_process()
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--submissions", type=int, default=100)
    size = parser.parse_args().submissions
    seconds, jobs = command(size)
    print("| part | ms on the clock | ms of CPU | times |\n|---|---:|---:|---:|")
    for part in (*COMMAND, *CHECKING):
        wall, cpu, calls = _typical([job[part] for job in jobs if part in job], size)
        print(f"| {part} | {wall * 1e3:.2f} | {cpu * 1e3:.2f} | {calls:.1f} |")
    print(f"| **one submission, with --jobs 1** | **{seconds * 1e3:.1f}** | | |")


if __name__ == "__main__":
    main()
