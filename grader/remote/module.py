"""``RemoteModule``: a local ``nn.Module`` whose parameters and buffers mirror those of the student's module."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from grader.sandbox.bounds import CodecError
from grader.sandbox.peer import SERVICE, Peer, Proxy


class RemoteModule(nn.Module, Proxy):
    """Mirrors the student's module, or one of its sub-modules (``path``), as a tree.

    ``forward`` runs in the worker with the values held here; gradients arrive in ``.grad`` here; buffers that
    the run changed come back. Other methods and attributes reach over too.
    """

    handle_peer: Peer
    handle_id: int
    _root_module: RemoteModule
    _complete: bool

    def __init__(self, peer: Peer, handle: int, type_name: str, path: str = "") -> None:
        super().__init__()
        for name, value in (
            ("handle_peer", peer),
            ("handle_id", handle),
            ("handle_type", type_name),
            ("_path", path),
            ("_root_module", self),
            ("_complete", False),  # while the mirror is built, a missing attribute is just missing
        ):
            object.__setattr__(self, name, value)

    def _get_name(self) -> str:
        return str(object.__getattribute__(self, "handle_type"))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(None, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("_") or not self._root_module._complete:
                raise
        return self._reach(name)

    def _reach(self, name: str) -> Any:
        peer: Peer = self.handle_peer
        owner = peer.call(SERVICE, "attribute", self._reference(), self._path, name)
        kind, value = owner
        return _RemoteMethod(self, name) if kind == "method" else value

    def _reference(self) -> Proxy:
        root = self._root_module
        return _Reference(root.handle_peer, root.handle_id)

    def _run(self, method: str | None, *args: Any, **kwargs: Any) -> Any:
        root = self._root_module
        state = root._state()
        modes = {name: part.training for name, part in root.named_modules(remove_duplicate=False)}
        args = tuple(prepared(a) for a in args)
        result, changed = self.handle_peer.call(
            SERVICE, "call_module", self._reference(), self._path, method, state, modes, *args, **kwargs
        )
        root._take(changed)
        return result

    def _state(self) -> dict[str, torch.Tensor]:
        """Parameters and buffers as they are now, tied ones under each name (also while ``functional_call`` swaps)."""
        state: dict[str, torch.Tensor] = {}
        for path, part in self.named_modules(remove_duplicate=False):
            prefix = f"{path}." if path else ""
            for values in (part._parameters, part._buffers):
                state |= {prefix + name: value for name, value in values.items() if value is not None}
        return state

    def sync(self) -> None:
        """Give the student's own module the values held here, before it is passed back to student code."""
        root = self._root_module
        state = {name: value.detach() for name, value in root._state().items()}
        modes = {name: part.training for name, part in root.named_modules(remove_duplicate=False)}
        self.handle_peer.call(SERVICE, "load_state", self._reference(), state, modes)

    def _take(self, changed: Any) -> None:
        if not isinstance(changed, dict):
            self.handle_peer.side.refuse(CodecError("malformed message: module state"))
        for name, value in changed.items():
            path, _, leaf = str(name).rpartition(".")
            try:
                owner = self.get_submodule(path)
            except AttributeError:
                continue
            self._put(owner, leaf, value)

    def _put(self, owner: nn.Module, leaf: str, value: Any) -> None:
        held: torch.Tensor | None = owner._parameters.get(leaf)
        held = owner._buffers.get(leaf) if held is None else held
        if held is None or not isinstance(value, torch.Tensor):
            return
        if held.shape == value.shape and held.dtype == value.dtype:
            with torch.no_grad():
                held.copy_(value)
        elif leaf in owner._buffers:
            owner._buffers[leaf] = value.detach()


class _Reference(Proxy):
    def __init__(self, peer: Peer, handle: int) -> None:
        self.handle_peer, self.handle_id = peer, handle


class _RemoteMethod:
    """A method of a mirrored module other than ``forward``."""

    def __init__(self, module: RemoteModule, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self._module._run(self._name, *args, **kwargs)
        return (
            self._module if isinstance(result, RemoteModule) and result.handle_id == self._module.handle_id else result
        )


def prepared(value: Any) -> Any:
    """An argument that is a mirrored module is brought up to date over there first."""
    if isinstance(value, RemoteModule):
        value.sync()
    return value


def adopt_module(peer: Peer, handle: int, type_name: str) -> RemoteModule:
    """Build the mirror of a module of the student's."""
    told = peer.call(SERVICE, "describe_module", _Reference(peer, handle))
    root = RemoteModule(peer, handle, type_name)
    try:
        _fill(root, told)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        peer.side.refuse(CodecError("malformed message: module description"))
    object.__setattr__(root, "_complete", True)
    return root


def _fill(root: RemoteModule, told: dict[str, Any]) -> None:
    for path, (type_name, training) in told["modules"].items():
        part: nn.Module = root
        if path:
            parent, _, leaf = path.rpartition(".")
            part = RemoteModule(root.handle_peer, root.handle_id, str(type_name), path)
            object.__setattr__(part, "_root_module", root)
            root.get_submodule(parent).add_module(leaf, part)
        part.training = training is True
    tied: dict[int, nn.Parameter] = {}
    for name, value in told["parameters"]:
        path, _, leaf = name.rpartition(".")
        parameter = None
        if isinstance(value, torch.Tensor):
            parameter = tied.get(id(value))
            if parameter is None:
                fresh = nn.Parameter(value.detach().clone(), requires_grad=value.requires_grad)
                parameter = tied[id(value)] = fresh
        root.get_submodule(path).register_parameter(leaf, parameter)
    for name, value, persistent in told["buffers"]:
        path, _, leaf = name.rpartition(".")
        kept = value.detach().clone() if isinstance(value, torch.Tensor) else None
        root.get_submodule(path).register_buffer(leaf, kept, persistent=persistent is True)
