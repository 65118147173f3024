"""What one worker costs: ``python launch.py COUNT [LEVEL]`` prints median milliseconds as one line of JSON.

start: a fork of the zygote, confined, with the anchor's reference imported. check: a fork of that worker, one call
of a student's function, and its end. kill: the end of the worker and of all it has started.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from grader.assignment import find_course
from grader.remote import SubmissionProxy
from grader.remote.launch import launch_for, reference_submission
from grader.sandbox.engines import LEVELS, Worker, make_engine
from grader.sandbox.seeding import set_determinism
from grader.sandbox.seeds import PUBLIC_COURSE_SEED


def main() -> None:
    set_determinism()
    assignment = find_course(Path(__file__).parent / "course").assignment("anchor")
    reference = reference_submission(assignment)
    assert reference is not None
    launch = launch_for(assignment, assignment.names(), assignment.limits, reference, PUBLIC_COURSE_SEED)
    engine = make_engine("auto", wish=sys.argv[2] if len(sys.argv) > 2 else LEVELS[0])
    z = torch.zeros(4, 7)
    taken: dict[str, list[float]] = {"start": [], "check": [], "kill": []}

    def timed(what: str, work: Callable[[], object]) -> None:
        begin = time.perf_counter()
        work()
        taken[what].append((time.perf_counter() - begin) * 1e3)

    def check() -> None:
        proxy = SubmissionProxy(worker, 1, assignment.limits)
        proxy.softmax(z)
        proxy.close()

    try:
        Worker(engine, launch).ensure()  # waits until the zygote is warm
        for _ in range(int(sys.argv[1])):
            worker = Worker(engine, launch)
            timed("start", worker.ensure)
            timed("check", check)
            timed("kill", worker.kill)
    finally:
        engine.close()
    medians: dict[str, object] = {name: statistics.median(values) for name, values in taken.items()}
    print(json.dumps(medians | {"level": engine.holding.level}))


if __name__ == "__main__":
    main()
