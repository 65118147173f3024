"""The symmetric protocol: each side serves calls on its own objects and makes calls on the other's.

Verbs: ``call`` (an object, or one of its methods), ``get`` (an attribute), ``next`` (an iterator), ``vjp``
(a vector-Jacobian product through an earlier call). Objects let go are named in the next request. While one side
waits for its reply it serves the other's requests, so calls nest strictly and one socket is enough.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, NoReturn, Protocol

import torch

from grader.sandbox.autograd import BoundaryMisuse, call_with_autograd, refuse_transforms
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel
from grader.sandbox.codec import Node, Packed, Unpacked, pack

MAX_NESTING = 40
MAX_GENERATORS = 1000
ROOT, SERVICE = 0, 1  # the two objects that a worker offers from the start


class Proxy:
    """Stands here for an object that lives on the other side; ``handle_id`` names it."""

    handle_id: int
    handle_peer: Peer


class Side(Protocol):
    """What differs between the trusted end and the worker."""

    passing: tuple[type[BaseException], ...]
    """Exceptions that end the conversation; every other one is told to the other side."""

    def kind_of(self, value: Any) -> str:
        """Under which kind ``value`` may be handed out; raises CodecError if it may not."""

    def proxy(self, peer: Peer, handle: int, kind: str, type_name: str) -> Any:
        """A stand-in for an object of the other side."""

    def perform(self, target: Any, verb: str, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do what the other side asks of ``target``; refuses what it must not do."""

    def describe(self, error: BaseException) -> dict[str, Any]:
        """An exception as plain values."""

    def rethrow(self, peer: Peer, error: dict[str, Any]) -> NoReturn:
        """Raise what ``describe`` told on the other side."""

    def refuse(self, error: CodecError) -> NoReturn:
        """The other side broke the protocol."""

    def load_generator(self, generator: torch.Generator, state: bytes) -> None:
        """Put a state that came from the other side into a generator of ours."""


class Peer:
    """One end of the conversation about one check."""

    def __init__(
        self,
        channel: Channel,
        side: Side,
        bounds: Bounds,
        objects: Iterable[Any] = (),
        first_handle: int = 100,
    ) -> None:
        self.channel, self.side, self.bounds = channel, side, bounds
        self.objects: dict[int, Any] = dict(enumerate(objects))
        self._handles: dict[int, int] = {}  # id(object) -> handle, so that one object is one handle
        self._next = first_handle  # the two ends number generators in one table, so they start apart
        self.graphs: dict[int, tuple[list[torch.Tensor], list[torch.Tensor]]] = {}
        self.generators: dict[int, tuple[torch.Generator, bytes | None]] = {}
        self.protected: list[torch.Generator] = []  # their state goes out and never comes back
        self.released: list[list[int]] = []  # [0, object] or [1, graph]; told with the next request
        self.changed: list[str] = []  # inputs that the other side reports as changed in place
        self.raised: dict[int, BaseException] = {}  # what a callback raised here, should it come back to us
        self.depth = 0
        self.anchor = torch.empty(0, requires_grad=True)
        self.calling: list[str] = []  # the names of the calls under way, for messages

    # ------------------------------------------------------------------ asking

    def call(self, handle: int, name: str | None, /, *args: Any, **kwargs: Any) -> Any:
        """Call an object of the other side (or its method ``name``); differentiable once."""
        return self._ask("call", handle, name, args, kwargs)

    def get(self, handle: int, name: str) -> Any:
        """An attribute of an object of the other side."""
        return self._ask("get", handle, name, (), {})

    def next(self, handle: int) -> tuple[bool, Any]:
        """(True, item) or (False, None) from an iterator of the other side."""
        more, item = self._ask("next", handle, None, (), {})
        return more, item

    def _ask(self, verb: str, handle: int, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            packed = pack((args, kwargs), self._export, self.bounds)
        except CodecError as error:
            raise BoundaryMisuse(f"an argument of {name or 'the call'} {error}") from None
        refuse_transforms(packed.tensors)
        head = {"v": verb, "o": handle, "n": name, "g": torch.is_grad_enabled()}
        if torch.is_grad_enabled() or any(t.requires_grad for t in packed.tensors):
            reply: Unpacked
            tensors: list[torch.Tensor] | None
            reply, tensors = call_with_autograd(self, head, packed)
        else:
            reply, tensors = self.exchange(head, packed)[0], None
        try:
            return reply.build(self._resolve, tensors)
        except CodecError as error:
            self.side.refuse(error)

    def exchange(self, head: dict[str, Any], packed: Packed) -> tuple[Unpacked, dict[str, Any]]:
        """Send a request, serve what the other side asks meanwhile, return its reply."""
        self.calling.append(head.get("n") or "")
        try:
            self._send(head, packed)
            while True:
                header, payload = self._receive()
                if "v" in header:
                    self._serve(header, payload)
                    continue
                self._take_news(header)
                if "err" in header:
                    error = header["err"]
                    if not isinstance(error, dict):
                        raise CodecError("malformed message: error")
                    self.side.rethrow(self, error)
                return Unpacked(header, payload, self.bounds), header
        except CodecError as error:
            self.side.refuse(error)
        finally:
            self.calling.pop()

    def vjp(self, graph: int, cotangents: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """The vector-Jacobian products of an earlier call with respect to its inputs."""
        packed = pack(cotangents, self._export, self.bounds)
        reply, _ = self.exchange({"v": "vjp", "o": graph, "n": "backward", "g": False}, packed)
        try:
            grads = reply.build(self._resolve)
        except CodecError as error:
            self.side.refuse(error)
        if not isinstance(grads, list) or not all(g is None or isinstance(g, torch.Tensor) for g in grads):
            self.side.refuse(CodecError("malformed message: gradients"))
        return grads

    def _send(self, head: dict[str, Any], packed: Packed) -> None:
        if self.released:
            head["rel"], self.released = self.released, []
        self.channel.send(head | packed.header(), packed.buffers())

    def _receive(self) -> tuple[dict[str, Any], bytearray]:
        return self.channel.receive()

    def _take_news(self, header: dict[str, Any]) -> None:
        for text in _strings(header.get("changed", [])):
            self.changed.append(text)
        for entry in header.get("gens", []):
            if not (isinstance(entry, list) and len(entry) == 2 and type(entry[0]) is int):
                raise CodecError("malformed message: generators")
            known = self.generators.get(entry[0])
            if known is not None:
                self.side.load_generator(known[0], _unbase(entry[1]))

    # ------------------------------------------------------------------ serving

    def serve(self) -> None:
        """Answer requests until the other side says that the check has ended, or hangs up (ChannelClosed)."""
        while True:
            header, payload = self._receive()
            if header.get("op") == "end":
                return
            self._serve(header, payload)

    def _serve(self, header: dict[str, Any], payload: bytearray) -> None:
        if self.depth >= MAX_NESTING:
            raise CodecError(f"malformed message: calls nested deeper than {MAX_NESTING}")
        self.depth += 1
        try:
            reply: dict[str, Any] = {}
            try:
                packed = self._answer(header, payload, reply)
            except BaseException as error:
                if isinstance(error, self.side.passing):
                    raise
                reply, packed = {"err": self._error(error)}, Packed()
            self._tell_generators(reply)
            self._send(reply, packed)
        finally:
            self.depth -= 1

    def _error(self, error: BaseException) -> dict[str, Any]:
        told = self.side.describe(error)
        self.raised[len(self.raised)] = error
        return told | {"id": len(self.raised) - 1}

    def _answer(self, header: dict[str, Any], payload: bytearray, reply: dict[str, Any]) -> Packed:
        self._release(header.get("rel", []))
        verb, handle, name = header.get("v"), header.get("o"), header.get("n")
        if type(handle) is not int or not (name is None or isinstance(name, str)) or not isinstance(verb, str):
            raise CodecError("malformed message: request")
        message = Unpacked(header, payload, self.bounds)
        value = message.build(self._resolve)
        if verb == "vjp":
            return pack(self._vjp(handle, value), self._export, self.bounds)
        if handle not in self.objects or not isinstance(value, tuple) or len(value) != 2:
            raise CodecError("malformed message: unknown object")
        args, kwargs = value
        if not isinstance(args, tuple) or not isinstance(kwargs, dict) or not all(type(k) is str for k in kwargs):
            raise CodecError("malformed message: arguments")
        with torch.set_grad_enabled(header.get("g") is True):
            if verb == "next":
                result: Any = self._step(self.objects[handle])
            else:
                result = self.side.perform(self.objects[handle], verb, name, args, kwargs)
            packed = pack(result, self._export, self.bounds)
        reply["changed"] = _changes(args, kwargs, message, name or "the function")
        if any(t.requires_grad for t in packed.tensors):
            self._next += 1
            reply["graph"] = self._next
            inputs = [t for t in message.tensors if t.requires_grad]
            self.graphs[self._next] = (inputs, packed.tensors)
        return packed

    def _step(self, iterator: Any) -> tuple[bool, Any]:
        self.side.perform(iterator, "next", None, (), {})
        try:
            return True, next(iterator)
        except StopIteration:
            return False, None

    def _vjp(self, graph: int, cotangents: Any) -> list[torch.Tensor | None]:
        known = self.graphs.get(graph)
        if known is None or not isinstance(cotangents, list) or len(cotangents) != len(known[1]):
            raise CodecError("malformed message: vjp")
        inputs, outputs = known
        pairs = [(y, g) for y, g in zip(outputs, cotangents, strict=True) if g is not None and y.requires_grad]
        if not pairs or not inputs:
            return [None] * len(inputs)
        for y, g in pairs:
            if not isinstance(g, torch.Tensor) or g.shape != y.shape:
                raise CodecError("malformed message: cotangent")
        ys, gs = zip(*pairs, strict=True)
        return list(torch.autograd.grad(ys, inputs, gs, retain_graph=True, allow_unused=True))

    def _release(self, released: Any) -> None:
        if not isinstance(released, list):
            raise CodecError("malformed message: release")
        for entry in released:
            if isinstance(entry, list) and len(entry) == 2 and type(entry[1]) is int:
                if entry[0] == 1:
                    self.graphs.pop(entry[1], None)
                elif entry[1] >= 100:
                    gone = self.objects.pop(entry[1], None)
                    self._handles.pop(id(gone), None)

    def _tell_generators(self, reply: dict[str, Any]) -> None:
        """Report the state of every generator that was lent to us and has moved."""
        news = []
        for key, (generator, last) in self.generators.items():
            if last is not None:
                state = generator.get_state().numpy().tobytes()
                if state != last:
                    news.append([key, base64.b64encode(state).decode()])
                    self.generators[key] = (generator, state)
        if news:
            reply["gens"] = news

    # ------------------------------------------------------------------ handles

    def offer(self, value: Any) -> int:
        """The handle under which the other side may name ``value``."""
        handle = self._handles.get(id(value))
        if handle is None:
            self._next += 1
            handle = self._handles[id(value)] = self._next
            self.objects[handle] = value
        return handle

    def _export(self, value: Any) -> Node:
        if isinstance(value, Proxy):
            if value.handle_peer is not self:
                raise CodecError("belongs to another check's worker")
            return ["r", value.handle_id]
        if isinstance(value, torch.Generator):
            return self._export_generator(value)
        kind = self.side.kind_of(value)
        return ["h", self.offer(value), kind, type_name(value)]

    def _export_generator(self, generator: torch.Generator) -> Node:
        state = base64.b64encode(generator.get_state().numpy().tobytes()).decode()
        key = next((k for k, (known, _) in self.generators.items() if known is generator), None)
        if key is None:
            self._next += 1
            key = self._next
            if not any(generator is p for p in self.protected):
                self.generators[key] = (generator, None)
        return ["h", key, "generator", str(generator.device), state]

    def _resolve(self, node: list[Any]) -> Any:
        if len(node) < 2 or type(node[1]) is not int:
            raise CodecError("malformed message: handle")
        if node[0] == "r":
            if node[1] not in self.objects:
                raise CodecError("malformed message: unknown object")
            return self.objects[node[1]]
        if len(node) == 5 and node[2] == "generator":
            return self._resolve_generator(node[1], node[4])
        if len(node) != 4 or not isinstance(node[2], str) or not isinstance(node[3], str):
            raise CodecError("malformed message: handle")
        return self.side.proxy(self, node[1], node[2], node[3][:200])

    def _resolve_generator(self, key: int, text: Any) -> torch.Generator:
        state = _unbase(text)
        known = self.generators.get(key)
        if known is None and len(self.generators) >= MAX_GENERATORS:
            raise CodecError(f"malformed message: more than {MAX_GENERATORS} generators")
        generator = known[0] if known else torch.Generator()
        self.side.load_generator(generator, state)
        if known is None or known[1] is not None:
            self.generators[key] = (generator, state)
        return generator


def type_name(value: Any) -> str:
    """The name of a value's type, as a student would write it."""
    name = getattr(type(value), "__name__", "object")
    return name if isinstance(name, str) else "object"


def _strings(values: Any) -> list[str]:
    if not isinstance(values, list) or len(values) > 100:
        raise CodecError("malformed message: list of names")
    return [v[:200] for v in values if isinstance(v, str)]


def _unbase(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) > 1 << 14:
        raise CodecError("malformed message: generator state")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CodecError("malformed message: generator state") from None


def _changes(args: tuple[Any, ...], kwargs: dict[str, Any], message: Unpacked, name: str) -> list[str]:
    """Which arguments no longer hold the numbers that came in."""
    changed = message.changed_tensors()
    if not changed:
        return []
    labelled = [(f"argument {i + 1} of {name}", a) for i, a in enumerate(args)]
    labelled += [(f"argument '{k}' of {name}", v) for k, v in kwargs.items()]
    return [label for label, value in labelled if _holds(value, changed)][:100]


def _holds(value: Any, wanted: set[int]) -> bool:
    if isinstance(value, torch.Tensor):
        return id(value) in wanted
    if isinstance(value, dict):
        return any(_holds(v, wanted) for v in value.values())
    return isinstance(value, (list, tuple)) and any(_holds(v, wanted) for v in value)
