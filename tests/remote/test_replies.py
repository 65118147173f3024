"""Whatever a worker answers or asks, the check's side gets a value, the student's exception or a fault."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import closing, suppress
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from grader.remote.module import Mirrors
from grader.remote.side import TrustedSide
from grader.sandbox.bounds import Bounds
from grader.sandbox.channel import Channel, ChannelClosed
from grader.sandbox.faults import Fault, StudentRaised
from grader.sandbox.peer import ROOT, Peer

BOUNDS = Bounds(depth=6, count=100, header=20_000, payload=4000)
EMPTY = {"tensors": [], "blobs": []}


def conversation(frames: list[tuple[dict[str, Any], bytes]], call: Any) -> Any:
    """What ``call`` makes of a worker that sends these frames whatever it is asked."""
    ours, theirs = socket.socketpair()
    mirrors = Mirrors()
    with closing(ours), theirs:
        peer = Peer(Channel(ours, BOUNDS), TrustedSide(mirrors, 5), BOUNDS, mirrors)
        mirrors.peer = peer
        for header, payload in frames:
            head = json.dumps(header).encode()
            theirs.sendall(struct.pack("<4sIQ", b"GRD1", len(head), len(payload)) + head + payload)
        theirs.shutdown(socket.SHUT_WR)
        return call(peer)


small = st.none() | st.booleans() | st.integers(-2, 110) | st.floats() | st.text(max_size=4)
names = st.sampled_from(
    ["call", "get", "next", "vjp", "train", "training", "module", "callable", "iterator", "object", "generator"]
)
nodes = st.recursive(
    small | names,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(st.sampled_from([*"Tbultdahrp", "N", "size"]), inner).map(list)
        | st.tuples(st.just("h"), st.integers(0, 105), names, st.text(max_size=3)).map(list)
        | st.tuples(st.just("l"), st.lists(inner, max_size=3)).map(list)
        | st.tuples(st.just("t"), st.lists(inner, max_size=3)).map(list)
    ),
    max_leaves=10,
)
pairs = st.tuples(st.just(["t", []]) | nodes, st.just(["d", []]) | nodes).map(list)
arguments = pairs.map(lambda pair: ["t", pair])
errors = st.fixed_dictionaries(
    {},
    optional={
        "type": small | st.sampled_from(["ValueError", "NotImplementedError", "MemoryError", "\ud800"]),
        "bases": st.lists(small | st.sampled_from(["ValueError", "ExceptionGroup", "UnicodeDecodeError"])) | small,
        "message": small | st.just("x" * 500),
        "frames": st.lists(st.lists(small, max_size=4), max_size=3) | small,
        "callback": small,
        "missing": small,
        "bad_value": small,
        "id": small,
    },
)
tensors = st.lists(
    st.tuples(st.sampled_from(["float32", "bool", "int64"]), st.just([]) | st.just([1]), st.none(), st.booleans()).map(
        list
    ),
    max_size=2,
)
frames = st.tuples(
    st.fixed_dictionaries(
        {},
        optional={
            "tree": nodes | arguments,
            "news": nodes,
            "tensors": tensors | small,
            "blobs": st.just([]) | nodes,
            "err": errors | small,
            "v": names | small,
            "o": st.integers(98, 104) | small,
            "n": names | small,
            "g": small,
            "acc": small,
            "graph": small,
            "changed": st.lists(small, max_size=3) | small,
            "gens": st.lists(st.lists(small, max_size=3), max_size=2) | small,
            "rel": st.lists(small, max_size=3) | small,
            "op": small,
        },
    ),
    st.binary(max_size=16),
)
whole = st.tuples(
    st.fixed_dictionaries(
        {"tree": nodes, "tensors": st.just([]), "blobs": st.just([])},
        optional={"news": nodes, "changed": st.lists(small, max_size=3), "v": names, "o": st.integers(98, 104)},
    ),
    st.just(b""),
)
MODEL = nn.Linear(1, 1)


def call_with_all_kinds(peer: Peer) -> Any:
    x = torch.ones(1, requires_grad=True)
    generator = torch.Generator()
    result = peer.call(ROOT, "f", x, lambda *a: a, iter([1, 2]), MODEL, generator)
    if isinstance(result, torch.Tensor) and result.requires_grad:
        result.sum().backward()
    return result


@settings(max_examples=300, deadline=None)
@given(st.lists(frames | whole, max_size=3))
@example([({"tree": 1, "gens": 7} | EMPTY, b"")])
@example([({"tree": 1, "changed": {"a": 1}} | EMPTY, b"")])
@example([({"err": {"bases": ["ExceptionGroup"], "message": "x"}} | EMPTY, b"")])
@example([({"v": "vjp", "o": 101, "tree": ["l", []]} | EMPTY, b"")])
@example([({"v": "call", "o": 101, "tree": ["t", [["t", []], ["d", [[1, 2]]]]]} | EMPTY, b"")])
def test_any_answer_is_a_value_an_exception_of_the_students_or_a_fault(
    messages: list[tuple[dict[str, Any], bytes]],
) -> None:
    with suppress(Fault, StudentRaised, ChannelClosed):
        conversation(messages, call_with_all_kinds)


def asked(verb: str, handle: int, name: str | None, *args: Any) -> tuple[dict[str, Any], bytes]:
    tree = ["t", [["t", list(args)], ["d", []]]]
    return {"v": verb, "o": handle, "n": name, "tree": tree, **EMPTY}, b""


ANSWER = ({"tree": "answer", **EMPTY}, b"")


def answers(frames: list[tuple[dict[str, Any], bytes]], *lent: Any) -> list[dict[str, Any]]:
    """What is answered to requests about the lent objects, which have the handles 101, 102, …"""
    ours, theirs = socket.socketpair()
    mirrors = Mirrors()
    with closing(ours), theirs:
        peer = Peer(Channel(ours, BOUNDS), TrustedSide(mirrors, 5), BOUNDS, mirrors)
        for header, payload in [*frames, ANSWER]:
            head = json.dumps(header).encode()
            theirs.sendall(struct.pack("<4sIQ", b"GRD1", len(head), len(payload)) + head + payload)
        assert peer.call(ROOT, "f", *lent) == "answer"
        channel = Channel(theirs, BOUNDS)
        channel.receive()  # our own request
        return [channel.receive()[0] for _ in frames]


def test_a_lent_callable_can_be_called_and_nothing_else() -> None:
    def mine(x: int) -> int:
        return x + 1

    told = answers(
        [asked("call", 101, None, 4), asked("call", 101, "__call__", 4), asked("get", 101, "__globals__")], mine
    )
    assert told[0]["tree"] == 5
    assert [t["err"]["type"] for t in told[1:]] == ["TypeError", "TypeError"]


def test_a_lent_module_can_be_called_and_switched_and_nothing_else() -> None:
    module = nn.Dropout(0.5)
    told = answers(
        [
            asked("get", 101, "training"),
            asked("call", 101, "train", False),
            asked("call", 101, "train", 5),
            asked("call", 101, "state_dict"),
            asked("call", 101, "__setattr__", "p", 1.0),
            asked("get", 101, "p"),
            asked("next", 101, None),
        ],
        module,
    )
    assert told[0]["tree"] is True
    assert "err" not in told[1]
    assert [t["err"]["type"] for t in told[2:]] == ["TypeError"] * 5
    assert not module.training
    assert module.p == 0.5


def test_a_lent_iterator_can_be_stepped_and_nothing_else() -> None:
    told = answers([asked("next", 101, None), asked("call", 101, None), asked("get", 101, "gi_frame")], iter([7]))
    assert told[0]["tree"] == ["t", [True, 7]]
    assert [t["err"]["type"] for t in told[1:]] == ["TypeError", "TypeError"]


@pytest.mark.parametrize("handle", [0, 1, 100, 102, -1, True, None, "x", 1 << 70])
def test_what_was_not_lent_cannot_be_asked_for(handle: Any) -> None:
    with pytest.raises(Fault, match="malformed message"):
        answers([asked("call", handle, None)], print)


def test_where_an_exception_of_ours_was_raised_is_not_told() -> None:
    def mine() -> None:
        raise ValueError("words")

    (told,) = answers([asked("call", 101, None)], mine)
    assert {k: v for k, v in told["err"].items() if k != "id"} == {"type": "ValueError", "message": "words"}
