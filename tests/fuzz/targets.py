"""What is fuzzed: everything on the trusted side that reads bytes of a student's. Each takes any bytes and returns.

An exception that leaves a target is a finding.
"""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

import torch

from grader.assignment import Assignment
from grader.intake import discover, read_source
from grader.limits import Limits
from grader.remote.module import Mirrors
from grader.remote.side import TrustedSide
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.codec import Unpacked
from grader.sandbox.faults import Fault, StudentRaised
from grader.sandbox.peer import ROOT, Peer

SMALL = Bounds(depth=20, count=2000, header=1 << 16, payload=1 << 20)
ASSIGNMENT = Assignment(
    "tiny",
    "Tiny",
    "1",
    1,
    ("tiny", "other"),
    Limits(),
    "title",
    (),
    None,
    Path("/nowhere"),
    None,  # type: ignore[arg-type]
)


def _no_handle(node: list[Any]) -> Any:
    raise CodecError("malformed message: handle")


def codec(data: bytes) -> None:
    """A message: a line of JSON, then the payload."""
    head, _, payload = data.partition(b"\n")
    try:
        header = json.loads(head)
    except (ValueError, RecursionError):
        return
    if not isinstance(header, dict):
        return
    try:
        message = Unpacked(header, bytearray(payload), SMALL)
        message.build_news(_no_handle)
        message.build(_no_handle)
    except CodecError:
        return


def conversation(data: bytes) -> None:
    """All that a worker sends while a check calls a function, differentiates it, and looks at what came back."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    ours.settimeout(5)

    def speak() -> None:
        try:
            theirs.sendall(data)
            theirs.shutdown(socket.SHUT_WR)
            while theirs.recv(1 << 16):
                pass
        except OSError:
            return

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        mirrors = Mirrors()
        peer = Peer(Channel(ours, SMALL), TrustedSide(mirrors, 10), SMALL, mirrors)
        mirrors.peer = peer
        x = torch.ones(2, 3, requires_grad=True)
        result = peer.call(ROOT, "f", x, lambda t: t)
        if isinstance(result, torch.Tensor) and result.requires_grad and result.is_floating_point():
            torch.autograd.grad(result.sum(), x, allow_unused=True)
        elif isinstance(result, torch.nn.Module):
            result(x)
        elif hasattr(result, "__next__"):
            list(result)
        elif callable(result):
            result(x)
    except (CodecError, ChannelClosed, Fault, StudentRaised, TimeoutError):
        pass
    finally:
        ours.close()
        speaker.join()
        theirs.close()


def intake(data: bytes) -> None:
    """An archive that a student has handed in; the first byte chooses its name."""
    suffix = (".zip", ".tar", ".tar.gz", ".tgz")[data[0] % 4 if data else 0]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"ann{suffix}").write_bytes(data[1:])
        for source in discover(Path(folder), ASSIGNMENT):
            submission = read_source(source, ASSIGNMENT)
            for name in submission.files:
                assert not {"..", ""} & set(name.split("/")), name
        assert [path.name for path in Path(folder).iterdir()] == [f"ann{suffix}"]


TARGETS = {"codec": codec, "conversation": conversation, "intake": intake}
