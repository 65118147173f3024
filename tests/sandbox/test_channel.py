"""Frames: whatever bytes come in, the reader gets a header and a payload, CodecError or ChannelClosed."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.limits import Limits
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.faults import TimedOut
from grader.sandbox.watch import Output, Watch

SMALL = Bounds(header=200, payload=1000)
LENGTHS = struct.Struct("<4sIQ")


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    channel = Channel(ours, SMALL)
    yield channel, theirs
    channel.close()
    theirs.close()


def frame(header: bytes, payload: bytes = b"") -> bytes:
    return LENGTHS.pack(b"GRD1", len(header), len(payload)) + header + payload


def test_a_frame_arrives_as_it_was_sent(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    other = Channel(theirs, SMALL)
    other.send({"a": [1, None, "ü"]}, [b"xy", memoryview(b"z")])
    assert channel.receive() == ({"a": [1, None, "ü"]}, b"xyz")


def test_frames_are_read_one_at_a_time(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.sendall(frame(b'{"n":1}') + frame(b'{"n":2}', b"p"))
    assert channel.receive()[0] == {"n": 1}
    assert channel.receive() == ({"n": 2}, b"p")


def test_a_large_frame_arrives_whole() -> None:
    ours, theirs = socket.socketpair()
    data = bytes(range(256)) * (40 << 10)  # 10 MiB
    sender = threading.Thread(target=Channel(theirs, Bounds()).send, args=({}, [data]))
    sender.start()
    assert Channel(ours, Bounds()).receive()[1] == data
    sender.join()
    ours.close()
    theirs.close()


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=60) | st.binary(max_size=60).map(frame) | st.text(max_size=30).map(lambda t: frame(t.encode()))
)
def test_any_bytes_are_a_frame_or_an_error(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        channel = Channel(ours, SMALL)
        try:
            header, payload = channel.receive()
            assert isinstance(header, dict)
            assert len(payload) <= SMALL.payload
        except (CodecError, ChannelClosed):
            pass
        finally:
            channel.close()


@pytest.mark.parametrize(
    "header",
    [b"[1]", b"1", b'"x"', b"nul", b"{", b"[" * 150, b'{"a":' * 30, b"\xff\xfe", b'{"a":' + b"9" * 150 + b"}", b""],
)
def test_a_header_that_is_no_json_object_is_malformed(pair: tuple[Channel, socket.socket], header: bytes) -> None:
    channel, theirs = pair
    theirs.sendall(frame(header))
    theirs.shutdown(socket.SHUT_WR)
    if header.startswith(b'{"a":9'):  # a long number is a number
        assert channel.receive()[0]["a"] > 0
    else:
        with pytest.raises(CodecError, match="header"):
            channel.receive()


def test_json_nested_a_million_deep_is_malformed() -> None:
    ours, theirs = socket.socketpair()
    sender = threading.Thread(target=theirs.sendall, args=(frame(b"[" * 1_000_000),))
    sender.start()
    with pytest.raises(CodecError, match="header"):
        Channel(ours, Bounds()).receive()
    sender.join()
    ours.close()
    theirs.close()


def test_a_number_with_a_million_digits_is_malformed() -> None:
    ours, theirs = socket.socketpair()
    sender = threading.Thread(target=theirs.sendall, args=(frame(b'{"a":' + b"9" * 1_000_000 + b"}"),))
    sender.start()
    with pytest.raises(CodecError, match="header"):
        Channel(ours, Bounds()).receive()
    sender.join()
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    "start",
    [
        LENGTHS.pack(b"GRD2", 2, 0),
        LENGTHS.pack(b"GRD1", 201, 0),
        LENGTHS.pack(b"GRD1", 2, 1001),
        LENGTHS.pack(b"GRD1", (1 << 32) - 1, (1 << 64) - 1),
    ],
)
def test_lengths_over_the_bounds_are_refused_before_anything_is_read(
    pair: tuple[Channel, socket.socket], start: bytes
) -> None:
    channel, theirs = pair
    theirs.sendall(start)
    with pytest.raises(CodecError, match="not a frame, or one over the limits"):
        channel.receive()


def test_a_promise_of_256_mib_sets_aside_a_few() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(LENGTHS.pack(b"GRD1", 2, 256 << 20) + b"{}")
    theirs.close()
    tracemalloc.start()
    with pytest.raises(ChannelClosed):
        Channel(ours, Bounds()).receive()
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()
    ours.close()


@pytest.mark.parametrize("cut", [0, 3, 16, 18, 25])
def test_a_stream_that_ends_too_soon_is_closed(pair: tuple[Channel, socket.socket], cut: int) -> None:
    channel, theirs = pair
    theirs.sendall(frame(b'{"a":1}', b"payload")[:cut])
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(ChannelClosed):
        channel.receive()


@pytest.mark.parametrize(("header", "payload"), [({"a": "x" * 300}, b""), ({}, b"x" * 1001)])
def test_a_frame_over_the_bounds_is_not_even_begun(
    pair: tuple[Channel, socket.socket], header: dict[str, str], payload: bytes
) -> None:
    channel, theirs = pair
    with pytest.raises(CodecError, match="too large"):
        channel.send(header, [payload])
    channel.send({"next": 1})
    assert json.loads(theirs.recv(100)[LENGTHS.size :]) == {"next": 1}


def test_sending_to_one_who_has_gone_is_a_closed_channel(pair: tuple[Channel, socket.socket]) -> None:
    channel, theirs = pair
    theirs.close()
    with pytest.raises(ChannelClosed):
        channel.send({"a": 1})


def watched(sock: socket.socket, wall: float) -> Channel:
    return Channel(sock, Bounds(), Watch(None, Limits(wall=wall), Output(100), "the call").wait)


def test_waiting_ends_at_the_wall_limit() -> None:
    ours, theirs = socket.socketpair()
    start = time.monotonic()
    with pytest.raises(TimedOut, match=r"the call did not finish within 0\.2 s") as caught:
        watched(ours, 0.2).receive()
    assert caught.value.suspect
    assert time.monotonic() - start < 2
    ours.close()
    theirs.close()


def test_one_who_sends_without_end_is_stopped_at_the_limit() -> None:
    ours, theirs = socket.socketpair()

    def flood() -> None:
        try:
            while True:
                theirs.sendall(frame(b'{"v":"call"}') * 100)
        except OSError:
            pass

    sender = threading.Thread(target=flood)
    sender.start()
    channel = watched(ours, 0.2)
    with pytest.raises(TimedOut):
        [channel.receive() for _ in range(10**9)]
    channel.close()
    sender.join()
    theirs.close()


def test_one_who_does_not_read_is_stopped_at_the_limit() -> None:
    ours, theirs = socket.socketpair()
    with pytest.raises(TimedOut):
        watched(ours, 0.2).send({}, [bytes(8 << 20)])
    ours.close()
    theirs.close()
