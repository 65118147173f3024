"""Writes the corpus that fuzzing starts from: one valid message or archive of each kind.

``python tests/fuzz/seeds.py``; what fuzzing has found stays.
"""

from __future__ import annotations

import io
import json
import socket
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import torch

from grader.sandbox.bounds import Bounds
from grader.sandbox.channel import Channel
from grader.sandbox.codec import pack

CORPUS = Path(__file__).parent / "corpus"
VALUES = {
    "plain": [None, True, -3, 2.5, "text ä", b"bytes", (1, 2), {"a": 1, 2: [3]}],
    "tensors": [torch.arange(6.0).view(2, 3).T, torch.zeros(0, 3), torch.ones(2, dtype=torch.bool), torch.tensor(7)],
    "arrays": [np.arange(4.0), np.float64(2.0), np.array(["x"]).size],
    "things": [torch.float32, torch.Size([1, 2]), slice(1, None), ..., torch.device("cpu")],
    "huge": [10**30, float("inf"), "x" * 1000],
}


def no_export(value: object) -> None:
    raise TypeError(type(value).__name__)


def main() -> None:
    for folder in ("codec", "conversation", "intake"):
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
    for name, value in VALUES.items():
        packed = pack(value, no_export, Bounds())
        payload = b"".join(bytes(b) for b in packed.buffers())
        (CORPUS / "codec" / name).write_bytes(json.dumps(packed.header()).encode() + b"\n" + payload)
        reply = frame({"changed": [], "graph": 1, **packed.header()}, payload)
        (CORPUS / "conversation" / f"{name}-reply").write_bytes(reply)
        vjp = pack(([torch.ones(2, 3)], []), no_export, Bounds())
        answer = frame({"changed": [], **vjp.header()}, b"".join(bytes(b) for b in vjp.buffers()))
        (CORPUS / "conversation" / f"{name}-reply-and-vjp").write_bytes(reply + answer)
        arguments = pack(((value,), {}), no_export, Bounds())
        data = b"".join(bytes(b) for b in arguments.buffers())
        request = frame({"v": "call", "o": 1, "n": None, "g": True, **arguments.header()}, data)
        (CORPUS / "conversation" / f"{name}-request").write_bytes(request + reply)
    error = {"type": "ValueError", "bases": ["Exception"], "message": "no", "frames": [["m.py", 1, "f"]], "id": 1}
    (CORPUS / "conversation" / "error").write_bytes(frame({"err": error}, b""))
    (CORPUS / "conversation" / "nonsense").write_bytes(frame({"x": [[[[]]]]}, b""))
    for name, data in archives().items():
        (CORPUS / "intake" / name).write_bytes(data)


def frame(header: dict[str, object], payload: bytes) -> bytes:
    """What a channel would send."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Channel(ours, Bounds()).send(header, [payload])
        ours.shutdown(socket.SHUT_WR)
        data = b""
        while more := theirs.recv(1 << 16):
            data += more
    return data


def archives() -> dict[str, bytes]:
    """A right one and a bad one of each kind; the first byte says which."""
    found = {}
    for name, members in {
        "good": ["tiny.py", "other.py"],
        "bad": ["../tiny.py", "x/TINY.py", "tiny.py", "con"],
    }.items():
        zipped, tarred = io.BytesIO(), io.BytesIO()
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                archive.writestr(member, "x = 1\n")
        with tarfile.open(fileobj=tarred, mode="w:gz") as tar:
            for member in members:
                info = tarfile.TarInfo(member)
                info.size = 6
                tar.addfile(info, io.BytesIO(b"x = 1\n"))
        found |= {f"{name}-zip": b"\0" + zipped.getvalue(), f"{name}-tgz": b"\2" + tarred.getvalue()}
    return found


if __name__ == "__main__":
    main()
