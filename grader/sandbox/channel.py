"""Frames over a stream socket: lengths, a JSON header, raw bytes. Every size is checked before it is read."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any

from grader.sandbox.bounds import Bounds, Buffer, CodecError

_LENGTHS = struct.Struct("<4sIQ")
_MAGIC = b"GRD1"
_JOIN_BELOW = 1 << 16  # small frames go out in one write
_AT_ONCE = 4 << 20  # bytes set aside on another's word alone; more is added as it arrives

Wait = Callable[[socket.socket, bool], None]
"""Blocks until the socket can be read (False) or written (True); may raise to end the conversation."""


class ChannelClosed(Exception):
    """The other side is gone: the stream ended, in or between frames."""


class Channel:
    """One end of a conversation. With ``wait`` the socket is non-blocking and every step is watched."""

    def __init__(self, sock: socket.socket, bounds: Bounds, wait: Wait | None = None) -> None:
        self.sock, self.bounds, self.wait = sock, bounds, wait
        sock.setblocking(wait is None)

    def send(self, header: dict[str, Any], buffers: Sequence[Buffer] = ()) -> None:
        """Write one frame; raises CodecError if it is over the bounds, ChannelClosed if nobody listens."""
        head = json.dumps(header, separators=(",", ":")).encode()
        size = sum(map(len, buffers))
        if len(head) > self.bounds.header or size > self.bounds.payload:
            raise CodecError("is too large for one message")
        start = _LENGTHS.pack(_MAGIC, len(head), size) + head
        if len(start) + size < _JOIN_BELOW:
            self._write(memoryview(b"".join([start, *buffers])))
            return
        self._write(memoryview(start))
        for buffer in buffers:
            if len(buffer):
                self._write(memoryview(buffer).cast("B"))

    def receive(self) -> tuple[dict[str, Any], bytearray]:
        """Read one frame; raises CodecError on a malformed one, ChannelClosed at the end of the stream."""
        if self.wait is not None:  # also where the next frame is there: one who never stops sending is watched too
            self.wait(self.sock, False)
        magic, head_size, size = _LENGTHS.unpack(self._read(_LENGTHS.size))
        if magic != _MAGIC or head_size > self.bounds.header or size > self.bounds.payload:
            raise CodecError("malformed message: not a frame, or one over the limits")
        try:
            header = json.loads(self._read(head_size))
        except (ValueError, RecursionError):
            raise CodecError("malformed message: header") from None
        if not isinstance(header, dict):
            raise CodecError("malformed message: header")
        return header, self._read(size)

    def close(self) -> None:
        """Close the socket; safe to call twice."""
        self.sock.close()

    def _read(self, size: int) -> bytearray:
        data, filled = bytearray(min(size, _AT_ONCE)), 0
        while filled < size:
            if filled == len(data):
                data.extend(bytes(min(filled, size - filled)))
            try:
                with memoryview(data) as view:
                    got = self.sock.recv_into(view[filled:])
            except BlockingIOError:
                assert self.wait is not None
                self.wait(self.sock, False)
                continue
            except OSError as error:
                raise ChannelClosed(str(error)) from None
            if not got:
                raise ChannelClosed("end of stream")
            filled += got
        return data

    def _write(self, view: memoryview) -> None:
        while view:
            try:
                view = view[self.sock.send(view, getattr(socket, "MSG_NOSIGNAL", 0)) :]
            except BlockingIOError:
                assert self.wait is not None
                self.wait(self.sock, True)
            except OSError as error:
                raise ChannelClosed(str(error)) from None
