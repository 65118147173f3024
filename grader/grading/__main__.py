"""``python -m grader.grading CONTROL_FD``: starts a checking process. The first frame says what to grade with.

The zygote is started before anything that imports torch is imported here, so that both warm up at one time.
"""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from typing import Any

from grader.assignment import load_assignment
from grader.errors import GraderError
from grader.grading.messages import JOB_BOUNDS
from grader.sandbox.channel import Channel
from grader.sandbox.engines import Groups, make_engine
from grader.sandbox.faults import EngineFailed


def start(control: socket.socket, order: dict[str, Any]) -> None:
    """Serve until the runner is gone."""
    assignment = load_assignment(Path(order["assignment"]), Path(order["solution"]) if order["solution"] else None)
    groups = Groups(Path(order["groups"])) if order["groups"] else None
    engine = make_engine(order["engine"], assignment.preload, order["wish"], groups)
    try:
        from grader.grading.server import serve

        serve(control, assignment, engine, bytes.fromhex(order["seed"]), Path(order["datasets"]))
    finally:
        engine.close()


def main() -> None:
    """Errors of the course go to the runner as a sentence."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's to handle
    channel = Channel(control, JOB_BOUNDS)
    order, _ = channel.receive()
    try:
        start(control, order)
    except (GraderError, EngineFailed) as error:
        channel.send({"error": str(error), "kind": type(error).__name__})
        sys.exit(2)


if __name__ == "__main__":
    main()
