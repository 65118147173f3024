"""The trusted end of the protocol: what the student's code may ask of us, and what its answers become."""

from __future__ import annotations

import struct
from typing import Any, NoReturn

import torch
from torch import nn

from grader.remote.module import Mirrors, clean
from grader.remote.objects import RemoteCallable, RemoteIterator, RemoteObject
from grader.sandbox.autograd import BoundaryMisuse
from grader.sandbox.bounds import CodecError
from grader.sandbox.faults import (
    BadValue,
    Crashed,
    Fault,
    Frame,
    NotAttempted,
    OutOfMemory,
    StudentRaised,
    raised_type,
)
from grader.sandbox.peer import Peer

MERSENNE_WORDS = 624
_STATE_HEAD = struct.Struct("<Qii Q")  # seed, left, seeded, next: the head of torch's CPU generator state
_STATE_TAIL = struct.Struct("<iifB3x")  # whether a double is kept for the next normal draw; a float, and whether
_STATE_SIZE = 5056
_OUT_OF_MEMORY = ("DefaultCPUAllocator: can't allocate memory", "CUDA out of memory")


class TrustedSide:
    """Lets student code call the callables, step the iterators and run the modules that a check passed in; no more."""

    passing: tuple[type[BaseException], ...] = (Fault, KeyboardInterrupt)

    def __init__(self, mirrors: Mirrors, items: int) -> None:
        self.mirrors, self.items = mirrors, items

    def kind_of(self, value: Any) -> str:
        """Callables, iterators and modules may be lent to the student's code; nothing else that is not plain."""
        if isinstance(value, nn.Module):
            return "module"
        if hasattr(type(value), "__next__"):
            return "iterator"
        if callable(value):
            return "callable"
        raise CodecError(f"is or holds a {type(value).__name__}, which may not cross the boundary")

    def proxy(self, peer: Peer, handle: int, kind: str, type_name: str) -> Any:
        """A stand-in for one of the student's objects."""
        if kind == "module":
            return self.mirrors.mirror(handle)
        type_name = clean(type_name)
        if kind == "iterator":
            return RemoteIterator(peer, handle, type_name, self.items)
        return (RemoteCallable if kind == "callable" else RemoteObject)(peer, handle, type_name)

    def perform(self, target: Any, verb: str, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Only what was lent, only as it was lent: no attribute of ours can be read, no other method called."""
        if isinstance(target, nn.Module):
            if verb == "get" and name == "training":
                return target.training
            if verb == "call" and name is None:
                return target(*args, **kwargs)
            if verb == "call" and name == "train" and args in ((True,), (False,)):
                target.train(args[0])
                return None
        elif verb == "call" and name is None and callable(target):
            return target(*args, **kwargs)
        elif verb == "next" and hasattr(type(target), "__next__"):
            return None
        raise TypeError("this object of the check can be called or stepped, and nothing else")

    def describe(self, error: BaseException) -> dict[str, Any]:
        """The type and the text; where in a check it was raised is nobody's business over there."""
        return {"type": type(error).__name__, "message": str(error)[:1000]}

    def rethrow(self, peer: Peer, error: dict[str, Any]) -> NoReturn:
        """Raise what the student's code raised; an exception of our own callable comes back as itself."""
        callback = error.get("callback")
        if type(callback) is int and callback in peer.raised:
            raise peer.raised[callback]
        raise told_error(error, peer.asked[-1].label)

    def refuse(self, error: CodecError) -> NoReturn:
        """A malformed message ends the worker; it is the student's doing."""
        raise Crashed(f"the worker broke the protocol: {error}")

    def cannot_send(self, text: str) -> BaseException:
        """The check's author passes what may not cross."""
        return BoundaryMisuse(text)

    def cannot_return(self, error: CodecError) -> BaseException:
        """A callable of the check's returns what may not cross."""
        return BoundaryMisuse(f"a function of the check returns a value that {error}")

    def load_generator(self, generator: torch.Generator, state: bytes) -> None:
        """Only a state that the Mersenne twister can be in: a forged one could read past its array."""
        if not plausible_generator_state(state):
            raise CodecError("malformed message: generator state")
        generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def plausible_generator_state(state: bytes) -> bool:
    """Does the state keep the invariants of torch's CPU generator (ATen/CPUGeneratorImpl.cpp, legacy layout)?"""
    if len(state) != _STATE_SIZE:
        return False
    _, left, seeded, following = _STATE_HEAD.unpack_from(state)
    if seeded != 1 or not 1 <= left <= MERSENNE_WORDS or not 0 <= following <= MERSENNE_WORDS:
        return False
    if following and left + following != MERSENNE_WORDS + 1:
        return False
    if not following and left != 1:
        return False
    words = struct.unpack_from(f"<{MERSENNE_WORDS}Q", state, _STATE_HEAD.size)
    normal_kept, *_, half_kept = _STATE_TAIL.unpack_from(state, _STATE_SIZE - _STATE_TAIL.size)
    return all(word < 1 << 32 for word in words) and normal_kept in (0, 1) and half_kept in (0, 1)


def told_error(error: dict[str, Any], what: str) -> StudentRaised | Fault:
    """What the worker told of ``what``, as plain values, as an exception to raise here."""
    kind, message = clean(error.get("type"), 100) or "Exception", clean(error.get("message"), 4000)
    bases = _bases(error)
    if error.get("missing") is True:
        return NotAttempted(message)
    if error.get("bad_value") is True:
        return BadValue(f"{what} returned a value that {message}")
    if kind == "NotImplementedError":
        return NotAttempted(f"{what} is not implemented yet" + (f": {message}" if message else ""))
    if "MemoryError" in bases or any(text in message for text in _OUT_OF_MEMORY):
        return OutOfMemory(f"{what} ran out of memory. {message}".strip(), suspect=False)
    return raised_type(next(iter(bases), ""))(kind, message, _frames(error))


def _bases(error: dict[str, Any]) -> list[str]:
    told = error.get("bases")
    return [b for b in told if isinstance(b, str)] if isinstance(told, list) else []


def _frames(error: dict[str, Any]) -> tuple[Frame, ...]:
    told = error.get("frames")
    frames = []
    for entry in told[:20] if isinstance(told, list) else ():
        if isinstance(entry, list) and len(entry) == 3 and isinstance(entry[0], str) and type(entry[1]) is int:
            frames.append(Frame(clean(entry[0]), entry[1], clean(entry[2], 100)))
    return tuple(frames)
