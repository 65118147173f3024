"""Handles: the student's own objects (a scaler, a data set, a cache), used from here as if they were local."""

from __future__ import annotations

from typing import Any

from grader.sandbox.faults import TimedOut
from grader.sandbox.peer import Asked, Peer, Proxy


class RemoteObject(Proxy):
    """An object of the student's: attributes, methods, ``len``, ``[]``, ``in`` and iteration reach over."""

    def __init__(self, peer: Peer, handle: int, type_name: str) -> None:
        object.__setattr__(self, "handle_peer", peer)
        object.__setattr__(self, "handle_id", handle)
        object.__setattr__(self, "handle_type", type_name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = self.handle_peer.get(self.handle_id, name)
        return RemoteMethod(self, name, found) if isinstance(found, RemoteCallable) else found

    def __setattr__(self, name: str, value: Any) -> None:
        self.handle_peer.call(self.handle_id, "__setattr__", name, value)

    def __len__(self) -> int:
        length = self.handle_peer.call(self.handle_id, "__len__")
        return length if type(length) is int and length >= 0 else 0

    def __getitem__(self, key: Any) -> Any:
        return self.handle_peer.call(self.handle_id, "__getitem__", key)

    def __contains__(self, key: Any) -> bool:
        return self.handle_peer.call(self.handle_id, "__contains__", key) is True

    def __iter__(self) -> Any:
        return self.handle_peer.call(self.handle_id, "__iter__")

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<the student's {self.handle_type}>"


class RemoteCallable(RemoteObject):
    """A function, class or other callable of the student's."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.handle_peer.ask(Asked(self.handle_type), "call", self.handle_id, None, args, kwargs)


class RemoteMethod(RemoteCallable):
    """A callable attribute: called by name, so that messages can say which one it was."""

    def __init__(self, owner: Proxy, name: str, found: RemoteCallable) -> None:
        super().__init__(found.handle_peer, found.handle_id, found.handle_type)
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_name", name)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        owner: Any = object.__getattribute__(self, "_owner")
        name = object.__getattribute__(self, "_name")
        asked = Asked(f"{owner.handle_type}.{name}")
        return owner.handle_peer.ask(asked, "call", owner.handle_id, name, args, kwargs)


class RemoteIterator(RemoteObject):
    """An iterator or generator of the student's, bounded in the number of its items."""

    def __init__(self, peer: Peer, handle: int, type_name: str, limit: int) -> None:
        super().__init__(peer, handle, type_name)
        object.__setattr__(self, "_left", limit)
        object.__setattr__(self, "_limit", limit)

    def __iter__(self) -> RemoteIterator:
        return self

    def __next__(self) -> Any:
        left: int = object.__getattribute__(self, "_left")
        if left <= 0:
            limit = object.__getattribute__(self, "_limit")
            raise TimedOut(f"the {self.handle_type} went on after {limit} items. Does it ever end?", suspect=False)
        object.__setattr__(self, "_left", left - 1)
        more, item = self.handle_peer.next(self.handle_id, f"the {self.handle_type}")
        if not more:
            raise StopIteration
        return item
