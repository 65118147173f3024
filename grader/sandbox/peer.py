"""The symmetric protocol: each side serves calls on its own objects and makes calls on the other's.

Verbs: ``call`` (an object, or one of its methods), ``get`` (an attribute), ``next`` (an iterator), ``vjp``
(a vector-Jacobian product through an earlier call). Graphs let go are named in the next request, and what has
changed in modules that both sides hold goes with every message. While one side waits for its reply it serves the
other's requests, so calls nest strictly and one socket is enough.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType, GeneratorType
from typing import Any, NoReturn, Protocol

import torch

from grader.sandbox.autograd import call_with_autograd, refuse_transforms, vector_jacobian
from grader.sandbox.bounds import Bounds, CodecError
from grader.sandbox.channel import Channel
from grader.sandbox.codec import Node, Packed, Unpacked, pack
from grader.sandbox.mirror import Shared

MAX_NESTING = 40
MAX_GENERATORS = 1000
MAX_RAISED = 100  # exceptions of our own callables that the other side may hand back
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

    def cannot_send(self, text: str) -> BaseException:
        """The exception for an argument of ours that may not cross."""

    def cannot_return(self, error: CodecError) -> BaseException:
        """The exception for a result of ours that may not cross."""

    def load_generator(self, generator: torch.Generator, state: bytes) -> None:
        """Put a state that came from the other side into a generator of ours."""


@dataclass(frozen=True)
class Asked:
    """A call under way, for messages: its name, and how many of its arguments are not the caller's own."""

    label: str
    skip: int = 0

    def changed(self, places: Any) -> list[str]:
        """Phrases for the places (position or keyword) of arguments that were changed in place."""
        if not isinstance(places, list) or len(places) > 100:
            raise CodecError("malformed message: list of changed arguments")
        found = []
        for place in places:
            if type(place) is int and place >= self.skip:
                found.append(f"argument {place - self.skip + 1} of {self.label}")
            elif isinstance(place, str):
                found.append(f"argument '{place[:100]}' of {self.label}")
        return found


@dataclass(frozen=True)
class _Request:
    """What the other side asks, taken apart and checked."""

    verb: str
    name: str | None
    target: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    message: Unpacked


class Peer:
    """One end of the conversation about one check."""

    def __init__(
        self,
        channel: Channel,
        side: Side,
        bounds: Bounds,
        shared: Shared,
        objects: Iterable[Any] = (),
        first_handle: int = 100,
    ) -> None:
        self.channel, self.side, self.bounds, self.shared = channel, side, bounds, shared
        self.objects: dict[int, Any] = dict(enumerate(objects))
        self._handles: dict[int, int] = {}  # id(object) -> handle, so that one object is one handle
        self._next = first_handle  # the two ends number generators in one table, so they start apart
        self._graphs: dict[int, tuple[list[torch.Tensor], list[torch.Tensor], Mapping[int, torch.Tensor]]] = {}
        self._generators: dict[int, tuple[torch.Generator, bytes]] = {}  # with the state that the other side knows
        self.protected: list[torch.Generator] = []  # their state goes out and never comes back
        self.released: list[int] = []  # graphs; told with the next request
        self.changed: list[str] = []  # inputs that the other side reports as changed in place
        self.raised: dict[int, BaseException] = {}  # what a callback raised here, should it come back to us
        self.asked: list[Asked] = []  # the calls under way
        self._depth = 0
        self.anchor = torch.empty(0, requires_grad=True)
        self.anchor_node = torch.autograd.graph.get_gradient_edge(self.anchor).node
        shared.offer = self.offer

    # ------------------------------------------------------------------ asking

    def call(self, handle: int, name: str | None, /, *args: Any, **kwargs: Any) -> Any:
        """Call an object of the other side (or its method ``name``); differentiable once."""
        return self.ask(Asked(name or "the function"), "call", handle, name, args, kwargs)

    def get(self, handle: int, name: str) -> Any:
        """An attribute of an object of the other side."""
        return self.ask(Asked(name), "get", handle, name)

    def next(self, handle: int, label: str = "the iterator") -> tuple[bool, Any]:
        """(True, item) or (False, None) from an iterator of the other side."""
        answer = self.ask(Asked(label), "next", handle, None)
        if not isinstance(answer, tuple) or len(answer) != 2 or type(answer[0]) is not bool:
            self.side.refuse(CodecError("malformed message: iterator"))
        return answer

    def ask(
        self,
        asked: Asked,
        verb: str,
        handle: int,
        name: str | None,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Any of the verbs, under the name that messages should give it."""
        return self._made(asked, {"v": verb, "o": handle, "n": name}, self._arguments(asked, args, kwargs or {}))

    def _arguments(self, asked: Asked, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Packed:
        try:
            packed = pack((args, kwargs), self._export, self.bounds, self.shared.news)
        except CodecError as error:
            raise self.side.cannot_send(f"an argument of {asked.label} {error}") from None
        refuse_transforms(packed.tensors)
        return packed

    def _made(self, asked: Asked, head: dict[str, Any], packed: Packed) -> Any:
        grad = head["g"] = torch.is_grad_enabled()
        self._tell_generators(head)
        tensors: list[torch.Tensor] | None = None
        if grad:
            reply, tensors = call_with_autograd(self, asked, head, packed)
        else:
            reply, _ = self.exchange(asked, head, packed)
        try:
            return reply.build(self._resolve, tensors)
        except CodecError as error:
            self.side.refuse(error)

    def exchange(self, asked: Asked, head: dict[str, Any], packed: Packed) -> tuple[Unpacked, dict[str, Any]]:
        """Send a request, serve what the other side asks meanwhile, return its reply."""
        self.asked.append(asked)
        try:
            if len(self.asked) > MAX_NESTING:
                raise CodecError(f"malformed message: calls nested deeper than {MAX_NESTING}")
            self._send_request(asked, head, packed)
            while True:
                header, payload = self.channel.receive()
                if "v" in header:
                    self._serve(header, payload)
                    continue
                reply = Unpacked(header, payload, self.bounds)
                self._take_news(reply)
                self.changed += asked.changed(header.get("changed", []))
                self._take_generators(header.get("gens", []))
                if "err" in header:
                    error = header["err"]
                    if not isinstance(error, dict):
                        raise CodecError("malformed message: error")
                    self.side.rethrow(self, error)
                return reply, header
        except CodecError as error:
            self.side.refuse(error)
        finally:
            self.asked.pop()

    def vjp(
        self, graph: int, cotangents: list[torch.Tensor | None], accumulate: bool, label: str
    ) -> tuple[list[torch.Tensor | None], dict[int, torch.Tensor]]:
        """The vector-Jacobian products of an earlier call: for its inputs, and for shared parameters by handle."""
        refuse_transforms(cotangents)
        packed = pack(cotangents, self._export, self.bounds)
        head = {"v": "vjp", "o": graph, "n": None, "g": False, "acc": accumulate}
        reply, _ = self.exchange(Asked(f"the backward pass of {label}"), head, packed)
        try:
            grads, shared = _gradients(reply.build(self._resolve))
        except CodecError as error:
            self.side.refuse(error)
        return grads, shared

    def _send_request(self, asked: Asked, head: dict[str, Any], packed: Packed) -> None:
        released, self.released = self.released, []
        try:
            self.channel.send(head | packed.header() | ({"rel": released} if released else {}), packed.buffers())
        except CodecError as error:
            self.released += released
            raise self.side.cannot_send(f"what is passed to {asked.label} {error}") from None

    def _take_news(self, message: Unpacked) -> None:
        if message.news is not None:
            self.shared.take(message.build_news(self._resolve))

    def _take_generators(self, news: Any) -> None:
        if not isinstance(news, list):
            raise CodecError("malformed message: generators")
        for entry in news:
            if not (isinstance(entry, list) and len(entry) == 2 and type(entry[0]) is int):
                raise CodecError("malformed message: generators")
            if entry[0] in self._generators:
                self._load_generator(entry[0], self._generators[entry[0]][0], entry[1])

    # ------------------------------------------------------------------ serving

    def serve(self) -> None:
        """Answer requests until the other side says that the check has ended, or hangs up (ChannelClosed)."""
        while True:
            header, payload = self.channel.receive()
            if header.get("op") == "end":
                return
            self._serve(header, payload)

    def _serve(self, header: dict[str, Any], payload: bytearray) -> None:
        """Raises CodecError if the request is malformed; whatever it raises otherwise is told to the other side."""
        if self._depth >= MAX_NESTING:
            raise CodecError(f"malformed message: calls nested deeper than {MAX_NESTING}")
        self._depth += 1
        try:
            request = self._taken(header, payload)
            reply: dict[str, Any] = {}
            try:
                packed = self._answer(request, header, reply)
            except BaseException as error:
                if isinstance(error, self.side.passing):
                    raise
                reply, packed = {"err": self._told(error)}, self._news_alone()
            self._tell_generators(reply)
            try:
                self.channel.send(reply | packed.header(), packed.buffers())
            except CodecError as error:  # over the bounds of one message; nothing has been sent
                self.channel.send({"err": self._told(self.side.cannot_return(error))} | Packed().header())
        finally:
            self._depth -= 1

    def _told(self, error: BaseException) -> dict[str, Any]:
        """An exception for the other side, kept here in case that it comes back."""
        key = max(self.raised, default=0) + 1
        self.raised[key] = error
        self.raised.pop(key - MAX_RAISED, None)
        return self.side.describe(error) | {"id": key}

    def _news_alone(self) -> Packed:
        try:
            return pack(None, self._export, self.bounds, self.shared.news)
        except CodecError:
            return Packed()

    def _taken(self, header: dict[str, Any], payload: bytearray) -> _Request:
        self._release(header.get("rel", []))
        verb, handle, name = header.get("v"), header.get("o"), header.get("n")
        if type(handle) is not int or not (name is None or isinstance(name, str)) or not isinstance(verb, str):
            raise CodecError("malformed message: request")
        message = Unpacked(header, payload, self.bounds)
        self._take_news(message)
        self._take_generators(header.get("gens", []))
        value = message.build(self._resolve)
        if verb == "vjp":
            return _Request(verb, name, self._graphs.get(handle), (value,), {}, message)
        if handle not in self.objects or not isinstance(value, tuple) or len(value) != 2:
            raise CodecError("malformed message: unknown object")
        args, kwargs = value
        if not isinstance(args, tuple) or not isinstance(kwargs, dict) or not all(type(k) is str for k in kwargs):
            raise CodecError("malformed message: arguments")
        return _Request(verb, name, self.objects[handle], args, kwargs, message)

    def _answer(self, request: _Request, header: dict[str, Any], reply: dict[str, Any]) -> Packed:
        if request.verb == "vjp":
            return self._packed(self._vjp(request.target, request.args[0], header.get("acc") is True), lambda: None)
        trainable = self.shared.trainable()
        with torch.set_grad_enabled(header.get("g") is True):
            result = self._perform(request)
            packed = self._packed(result, self.shared.news)
        reply["changed"] = _changed_places(request)
        if any(t.requires_grad for t in packed.tensors):
            self._next += 1
            reply["graph"] = self._next
            inputs = [t for t in request.message.tensors if t.requires_grad]
            self._graphs[self._next] = (inputs, packed.tensors, trainable)
        return packed

    def _packed(self, value: Any, news: Callable[[], Any]) -> Packed:
        try:
            return pack(value, self._export, self.bounds, news)
        except CodecError as error:
            raise self.side.cannot_return(error) from None

    def _perform(self, request: _Request) -> Any:
        result = self.side.perform(request.target, request.verb, request.name, request.args, request.kwargs)
        if request.verb != "next":
            return result
        try:
            return True, next(request.target)
        except StopIteration:
            return False, None

    def _vjp(self, graph: Any, cotangents: Any, accumulate: bool) -> tuple[list[torch.Tensor | None], dict[int, Any]]:
        if graph is None or not isinstance(cotangents, list) or len(cotangents) != len(graph[1]):
            raise CodecError("malformed message: vjp")
        inputs, outputs, shared = graph
        pairs = [(y, g) for y, g in zip(outputs, cotangents, strict=True) if g is not None and y.requires_grad]
        if not all(isinstance(g, torch.Tensor) and g.shape == y.shape for y, g in pairs):
            raise CodecError("malformed message: cotangent")
        if not pairs:
            return [None] * len(inputs), {}
        ys, gs = zip(*pairs, strict=True)
        got = vector_jacobian(ys, gs, [*inputs, *shared.values()], accumulate)
        by_handle = zip(shared, got[len(inputs) :], strict=True)
        return got[: len(inputs)], {handle: grad for handle, grad in by_handle if grad is not None}

    def _release(self, released: Any) -> None:
        if not isinstance(released, list):
            raise CodecError("malformed message: release")
        for key in released:
            if type(key) is int:
                self._graphs.pop(key, None)

    def _tell_generators(self, head: dict[str, Any]) -> None:
        """Report the state of every generator that both sides have and that has moved here."""
        news = []
        for key, (generator, known) in self._generators.items():
            state = generator.get_state().numpy().tobytes()
            if state != known:
                news.append([key, base64.b64encode(state).decode()])
                self._generators[key] = (generator, state)
        if news:
            head["gens"] = news

    # ------------------------------------------------------------------ handles

    def offer(self, value: Any) -> int:
        """The handle under which the other side may name ``value``, for as long as the check lasts."""
        handle = self._handles.get(id(value))
        if handle is None:
            self._next += 1
            handle = self._handles[id(value)] = self._next
            self.objects[handle] = value
        return handle

    def _export(self, value: Any) -> Node:
        if isinstance(value, torch.nn.Parameter):
            handle = self.shared.handle_of(value)
            return None if handle is None else ["p", handle]
        if isinstance(value, Proxy):
            if value.handle_peer is not self:
                raise CodecError("belongs to another check's worker")
            return ["r", value.handle_id]
        if isinstance(value, torch.Generator):
            return self._export_generator(value)
        kind = self.side.kind_of(value)
        handle = self.offer(value)
        if isinstance(value, torch.nn.Module):
            self.shared.lend(handle, value)
        return ["h", handle, kind, type_name(value)]

    def _export_generator(self, generator: torch.Generator) -> Node:
        state = generator.get_state().numpy().tobytes()
        key = next((k for k, (known, _) in self._generators.items() if known is generator), None)
        if key is None:
            self._next += 1
            key = self._next
        if not any(generator is p for p in self.protected):
            self._generators[key] = (generator, state)
        return ["h", key, "generator", str(generator.device), base64.b64encode(state).decode()]

    def _resolve(self, node: list[Any]) -> Any:
        if len(node) < 2 or type(node[1]) is not int:
            raise CodecError("malformed message: handle")
        if node[0] == "r":
            if node[1] not in self.objects:
                raise CodecError("malformed message: unknown object")
            return self.objects[node[1]]
        if node[0] == "p":
            if node[1] not in self.shared.parameters:
                raise CodecError("malformed message: unknown parameter")
            return self.shared.parameters[node[1]]
        if len(node) == 5 and node[2] == "generator":
            return self._resolve_generator(node[1], node[4])
        if len(node) != 4 or not isinstance(node[2], str) or not isinstance(node[3], str):
            raise CodecError("malformed message: handle")
        return self.side.proxy(self, node[1], node[2], node[3][:200])

    def _resolve_generator(self, key: int, text: Any) -> torch.Generator:
        known = self._generators.get(key)
        if known is None and len(self._generators) >= MAX_GENERATORS:
            raise CodecError(f"malformed message: more than {MAX_GENERATORS} generators")
        return self._load_generator(key, known[0] if known else torch.Generator(), text)

    def _load_generator(self, key: int, generator: torch.Generator, text: Any) -> torch.Generator:
        state = _unbase(text)
        self.side.load_generator(generator, state)
        self._generators[key] = (generator, state)
        return generator


def type_name(value: Any) -> str:
    """The name of a value's type, as a student would write it; of a function or a generator, its own name too."""
    name = getattr(type(value), "__name__", "object")
    if isinstance(value, GeneratorType):
        return f"generator {value.__name__}"
    if isinstance(value, (FunctionType, type)):
        return value.__name__
    return name if isinstance(name, str) else "object"


def _gradients(value: Any) -> tuple[list[torch.Tensor | None], dict[int, torch.Tensor]]:
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], list) and isinstance(value[1], dict):
        grads, shared = value
        if all(g is None or isinstance(g, torch.Tensor) for g in grads) and all(
            type(h) is int and isinstance(g, torch.Tensor) for h, g in shared.items()
        ):
            return grads, shared
    raise CodecError("malformed message: gradients")


def _unbase(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) > 1 << 14:
        raise CodecError("malformed message: generator state")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CodecError("malformed message: generator state") from None


def _changed_places(request: _Request) -> list[int | str]:
    """Positions and keywords of the arguments that no longer hold what came in."""
    _, ((_, args), (_, kwargs)) = request.message.tree
    message = request.message
    found: list[int | str] = [i for i, node in enumerate(args) if message.changed(node, request.args[i])]
    names = zip(kwargs, request.kwargs.items(), strict=True)
    return (found + [name for (_, node), (name, value) in names if message.changed(node, value)])[:100]
