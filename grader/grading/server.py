"""The checking process: warm with pytest, the checks and the labels; each submission is graded in a fork of it.

Each request (see ``grader.sandbox.forkserver``) brings the socket of one job. A fork per submission means that
nothing that a check file keeps (module variables, caches, wide-scoped fixtures) can reach the next submission.
"""

from __future__ import annotations

import os
import resource
import socket
import traceback
from pathlib import Path
from typing import Any, NoReturn

import torch

from grader.assignment import Assignment
from grader.datasets import load_dataset
from grader.errors import ContentError
from grader.grading.checker import Checker, Ground
from grader.grading.collect import Collected, with_checks
from grader.grading.messages import JOB_BOUNDS, MODEL, Check, Job, check_to, job_from, result_to, timing_to
from grader.grading.model import HeldOut, score_model, split_seed, tier_check
from grader.limits import MIB
from grader.remote.launch import refuse_reserved
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.engines import Engine
from grader.sandbox.faults import EngineFailed
from grader.sandbox.forkserver import fork_on_request, make_forks_cheap
from grader.sandbox.seeding import set_determinism

MEMORY_MIB = 6144  # what checks may use on top of the warm process; a guard, not a budget


def serve(control: socket.socket, assignment: Assignment, engine: Engine, course_seed: bytes, datasets: Path) -> None:
    """Collect, report ready, then fork for each job until the runner is gone."""
    names = assignment.names()
    refuse_reserved(assignment, names)

    def body(collected: Collected) -> None:
        threads = len(os.listdir("/proc/self/task"))
        if threads != 1:  # a fork would carry over locks that nobody releases
            raise ContentError(f"a check file or the data set's generator leaves {threads - 1} thread(s) running")
        ground = Ground(assignment, names, collected, engine, course_seed)
        Channel(control, JOB_BOUNDS).send(_ready(ground))
        _fork_for_jobs(control, ground, held_out)

    set_determinism()
    held_out = _held_out(assignment, datasets, course_seed)
    with_checks(assignment, hidden=True, body=body)


def _held_out(assignment: Assignment, datasets: Path, course_seed: bytes) -> HeldOut | None:
    if assignment.model is None:
        return None
    split = load_dataset(datasets / assignment.model.dataset).split(split_seed(assignment, course_seed))
    return HeldOut(split.inputs, split.targets)


def _ready(ground: Ground) -> dict[str, Any]:
    part, holding = ground.assignment.model, ground.engine.holding
    tiers = [tier_check(part, tier) for tier in part.tiers] if part else []
    return {
        "checks": [check_to(check) for check in (*ground.collected.checks, *tiers)],
        "level": holding.level,
        "engine": holding.engine,
        "mechanisms": list(holding.mechanisms),
        "notes": list(holding.notes),
        "torch": torch.__version__,
        "device": "cpu",
    }


def _fork_for_jobs(control: socket.socket, ground: Ground, held_out: HeldOut | None) -> None:
    make_forks_cheap()
    fds = fork_on_request(control)
    if fds is not None:
        _grade_and_exit(Channel(socket.socket(fileno=fds[0]), JOB_BOUNDS), ground, held_out)


def _grade_and_exit(channel: Channel, ground: Ground, held_out: HeldOut | None) -> NoReturn:
    code = 1
    try:
        job = job_from(*channel.receive())
        _guard_memory()
        _grade(channel, job, ground, held_out)
        code = 0
    except ChannelClosed:
        pass  # the runner has given up on this job
    except EngineFailed as error:
        channel.send({"engine_failed": str(error)})
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _grade(channel: Channel, job: Job, ground: Ground, held_out: HeldOut | None) -> None:
    def before(check: Check) -> None:
        channel.send({"started": check.id, "wall": check.limits.wall})

    checker = Checker(ground, job.submission, set(job.confirmed))
    if job.with_reference:
        checker.stand_in_reference()
    try:
        for outcome in checker.run(job.wanted, job.known, before):
            channel.send(
                {
                    "result": result_to(outcome.result),
                    "timing": timing_to(outcome.timing),
                    "suspect": outcome.suspect,
                    "confirmed": outcome.confirmed,
                }
            )
        part = ground.assignment.model
        if part is not None and job.model:
            channel.send({"started": MODEL, "wall": part.limits.wall})
            scored = score_model(ground.assignment, checker.worker, job.submission, held_out, ground.course_seed)
            channel.send(
                {
                    "model": [result_to(result) for result in scored.results],
                    "training": vars(scored.training),
                    "timing": timing_to(scored.timing),
                    "suspect": scored.suspect,
                }
            )
        channel.send({"done": True})
    finally:
        checker.close()


def _guard_memory() -> None:
    """Trusted work on a student's values is bounded too."""
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    limit = used + MEMORY_MIB * MIB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
