"""Engines start workers, say how they are confined, and leave nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.engines import Engine, ForkEngine, Launch, SpawnEngine, Worker, crash, make_engine
from grader.sandbox.faults import Crashed, EngineFailed
from grader.sandbox.watch import tree

SOURCE = b"def fine(x=1): return x\ndef many(n):\n    import os\n    return os.getpid()\n"
Soon = Callable[[Callable[[], bool]], bool]


def worker_on(engine: Engine) -> Worker:
    return Worker(engine, Launch({"m.py": SOURCE}, ("m",), {}, 1, Limits(cpu=20)))


def test_make_engine_knows_its_kinds() -> None:
    spawned = make_engine("spawn")
    assert isinstance(spawned, SpawnEngine)
    assert (spawned.holding.level, spawned.holding.engine) == ("none", "spawn")
    assert spawned.alive()
    spawned.close()


def test_a_fork_engine_says_what_holds(engine: Engine) -> None:
    assert isinstance(engine, ForkEngine)
    assert engine.holding.engine == "fork"
    assert engine.holding.level in ("isolated", "restricted", "process")
    assert "rlimits" in engine.holding.mechanisms
    assert engine.alive()


def test_several_workers_live_side_by_side(engine: Engine) -> None:
    workers = [worker_on(engine) for _ in range(3)]
    checks = [SubmissionProxy(worker, 1, Limits()) for worker in workers]
    assert [submission.fine(i) for i, submission in enumerate(checks)] == [0, 1, 2]
    for submission, worker in zip(checks, workers, strict=True):
        submission.close()
        worker.kill()


def test_one_engine_serves_forks_of_this_process(engine: Engine) -> None:
    assert engine.holding
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        worker = worker_on(engine)
        submission = SubmissionProxy(worker, 1, Limits())
        os.write(write, str(submission.fine(7)).encode())
        submission.close()
        worker.kill()
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        assert told.read() == "7"
    os.waitpid(pid, 0)


def test_killing_a_worker_twice_is_killing_it_once(engine: Engine) -> None:
    worker = worker_on(engine)
    worker.ensure()
    worker.kill()
    worker.kill()


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_no_descriptor_is_left_open(engine: Engine) -> None:
    worker = worker_on(engine)
    SubmissionProxy(worker, 1, Limits()).close()
    before = open_descriptors()
    for _ in range(3):
        submission = SubmissionProxy(worker, 1, Limits())
        submission.fine()
        submission.close()
    assert open_descriptors() == before
    worker.kill()
    empty = open_descriptors()
    for _ in range(3):
        worker.ensure()
        worker.kill()
    assert open_descriptors() == empty


def test_closing_the_engine_ends_its_processes(soon: Soon) -> None:
    engine = make_engine("fork")
    assert isinstance(engine, ForkEngine)
    worker = worker_on(engine)
    worker.ensure()
    pids = tree(engine.process.pid)
    assert len(pids) >= 2
    engine.close()
    assert soon(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids))
    assert not engine.alive()
    with pytest.raises(EngineFailed, match="the zygote is gone"):
        worker_on(engine).ensure()
    worker.kill()


def test_the_death_of_this_process_ends_everything(soon: Soon) -> None:
    code = (
        "from grader.sandbox.engines import *\nfrom grader.limits import Limits\n"
        "e = make_engine('fork')\n"
        "w = Worker(e, Launch({'m.py': b'x = 1'}, ('m',), {}, 1, Limits()))\nw.ensure()\n"
        "from grader.sandbox.watch import tree\nimport os, signal\n"
        "print(*tree(e.process.pid), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    pids = done.stdout.split()
    assert len(pids) >= 2, done.stderr.decode()
    assert soon(lambda: not any(os.path.exists(f"/proc/{int(pid)}") for pid in pids))


def test_a_zygote_that_dies_is_our_fault_and_not_the_students() -> None:
    engine = make_engine("fork")
    assert isinstance(engine, ForkEngine)
    worker = worker_on(engine)
    submission = SubmissionProxy(worker, 1, Limits())
    assert submission.fine() == 1
    for pid in tree(engine.process.pid):
        os.kill(pid, 9)
    with pytest.raises(EngineFailed):
        submission.fine()
    submission.close()
    worker.kill()
    engine.close()


def test_a_stranger_on_the_port_is_not_taken_for_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    create = socket.create_server
    strangers: list[socket.socket] = []

    def with_strangers(*args: object, **kwargs: object) -> socket.socket:
        server = create(*args, **kwargs)  # type: ignore[arg-type]
        for words in (b"0" * 32, b""):
            strangers.append(socket.create_connection(server.getsockname()))
            strangers[-1].sendall(words)
        strangers[-1].shutdown(socket.SHUT_WR)
        return server

    monkeypatch.setattr(socket, "create_server", with_strangers)
    worker = worker_on(SpawnEngine())
    submission = SubmissionProxy(worker, 1, Limits())
    assert submission.fine(3) == 3
    submission.close()
    worker.kill()
    for stranger in strangers:
        stranger.close()


def test_a_worker_that_cannot_start_is_our_fault_and_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    start = time.monotonic()
    with pytest.raises(EngineFailed, match="the worker did not start"):
        worker_on(SpawnEngine()).ensure()
    assert time.monotonic() - start < 5


def test_a_crash_is_told_by_code_and_by_signal() -> None:
    assert str(crash("the call of f", 3)) == (
        "the process ended itself during the call of f (exit code 3); do not call exit functions"
    )
    assert str(crash("the call of f", -11)) == "the process was ended by SIGSEGV during the call of f"
    killed = crash("the call of f", -9)
    assert isinstance(killed, Crashed)
    assert killed.suspect
    assert crash("the call of f", None).suspect
    assert str(crash("the call of f", -99)) == "the process was ended by 99 during the call of f"
