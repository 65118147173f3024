"""``RemoteModule``: a local ``nn.Module`` whose parameters and buffers mirror those of the student's module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import torch
from torch import nn

from grader.remote.objects import RemoteCallable, RemoteMethod
from grader.sandbox.autograd import BoundaryMisuse
from grader.sandbox.bounds import CodecError
from grader.sandbox.mirror import Shared, put_buffer, same
from grader.sandbox.peer import SERVICE, Asked, Peer, Proxy

MAX_SHARED = 20_000
_CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


class RemoteModule(nn.Module, Proxy):
    """Mirrors one module of the student's; its children are mirrors too.

    ``forward`` runs in the worker with the values held here; gradients arrive in ``.grad`` here; what the run
    changed comes back. Other methods and attributes reach over too.
    """

    handle_peer: Peer
    handle_id: int
    handle_type: str
    _mirrored: dict[str, nn.Parameter | None]

    def __init__(self, peer: Peer, handle: int, type_name: str) -> None:
        super().__init__()
        for name, value in (
            ("handle_peer", peer),
            ("handle_id", handle),
            ("handle_type", type_name),
            ("_mirrored", {}),
        ):
            object.__setattr__(self, name, value)

    def _get_name(self) -> str:
        return self.handle_type

    def forward(self, /, *args: Any, **kwargs: Any) -> Any:
        asked = f"{self.handle_type}.forward"
        swapped = self._swapped()
        if swapped:
            return self.handle_peer.ask(
                Asked(asked, skip=2), "call", SERVICE, "call_with", (self, swapped, *args), kwargs
            )
        return self.handle_peer.ask(Asked(asked), "call", self.handle_id, None, args, kwargs)

    def _swapped(self) -> dict[str, torch.Tensor]:
        """The tensors that ``torch.func.functional_call`` has put in the place of parameters."""
        found: dict[str, torch.Tensor] = {}
        for path, part in self.named_modules(remove_duplicate=False):
            if isinstance(part, RemoteModule):
                for leaf, value in part._parameters.items():
                    if value is not None and value is not part._mirrored.get(leaf):
                        found[f"{path}.{leaf}" if path else leaf] = value
        return found

    def register_parameter(self, name: str, param: nn.Parameter | None) -> None:
        """``module.weight = nn.Parameter(…)``: it stands for the student's own parameter from now on."""
        held = self._mirrored.get(name)
        if held is None or param is None:
            raise BoundaryMisuse(f"the student's {self.handle_type} cannot be given a new parameter '{name}' from here")
        shared = self.handle_peer.shared
        assert isinstance(shared, Mirrors)
        shared.replace(held, param)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("_"):
                raise
        found = self.handle_peer.get(self.handle_id, name)
        return RemoteMethod(self, name, found) if isinstance(found, RemoteCallable) else found

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, nn.Module) and not isinstance(value, RemoteModule):
            raise BoundaryMisuse(f"a module of the check cannot become part of the student's {self.handle_type}")
        local = name.startswith("_") or name == "training" or name in self._parameters or name in self._buffers
        if local or isinstance(value, (nn.Parameter, nn.Module)):
            super().__setattr__(name, value)
        else:
            self.handle_peer.call(self.handle_id, "__setattr__", name, value)

    def __len__(self) -> int:
        if self.handle_type in _CONTAINERS:
            return len(self._modules)
        length = self.handle_peer.call(self.handle_id, "__len__")
        return length if type(length) is int and length >= 0 else 0

    def __getitem__(self, key: Any) -> Any:
        if self.handle_type not in _CONTAINERS:
            return self.handle_peer.call(self.handle_id, "__getitem__", key)
        return self._modules[key] if isinstance(key, str) else list(self._modules.values())[key]

    def __iter__(self) -> Iterator[Any]:
        if self.handle_type in _CONTAINERS:
            return iter(self._modules if self.handle_type == "ModuleDict" else self._modules.values())
        items: Iterator[Any] = self.handle_peer.call(self.handle_id, "__iter__")
        return items

    def __contains__(self, key: Any) -> bool:
        if self.handle_type in _CONTAINERS:
            return key in self._modules or any(key is module for module in self._modules.values())
        return self.handle_peer.call(self.handle_id, "__contains__", key) is True

    def __bool__(self) -> bool:
        return True

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise BoundaryMisuse("a student's module cannot be copied or pickled; copy its state_dict() instead")


class Mirrors(Shared):
    """The check's end of the table of shared modules."""

    def __init__(self) -> None:
        super().__init__()
        self.peer: Peer
        self._seen: dict[int, tuple[bool, dict[str, torch.Tensor | None]]] = {}

    def lend(self, handle: int, module: nn.Module) -> None:
        """A module of the check is lent as a callable: its parameters are none of the student's business."""

    def mirror(self, handle: int) -> RemoteModule:
        """The mirror of a module that the worker hands out."""
        module = self.modules.get(handle)
        if not isinstance(module, RemoteModule):
            raise CodecError("malformed message: a module that was never described")
        return module

    def replace(self, held: nn.Parameter, param: nn.Parameter) -> None:
        """Let another parameter of the check mirror the student's, under each of its names."""
        self.add_parameter(self._handles.pop(id(held)), param)
        for module in self.modules.values():
            assert isinstance(module, RemoteModule)
            for leaf in [leaf for leaf, mirror in module._mirrored.items() if mirror is held]:
                module._mirrored[leaf] = module._parameters[leaf] = param

    def take(self, news: Any) -> None:
        try:
            super().take(news)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError, IndexError):
            raise CodecError("malformed message: state of a module") from None
        if len(self.modules) + len(self.parameters) > MAX_SHARED:
            raise CodecError(f"malformed message: more than {MAX_SHARED} modules and parameters")

    def _take_parameter(self, handle: int, state: Any) -> None:
        if handle in self.parameters:
            super()._take_parameter(handle, state)
            return
        parameter = nn.Parameter(state.value.clone(), requires_grad=state.requires_grad)
        parameter.grad = None if state.grad is None else state.grad.clone()
        self.add_parameter(handle, parameter)

    def _take_modules(self, modules: dict[int, Any]) -> None:
        for handle, (type_name, *_) in modules.items():
            if handle not in self.modules:
                self.modules[handle] = RemoteModule(self.peer, handle, clean(type_name))
        for handle, (_, training, parameters, buffers, children) in modules.items():
            module = self.mirror(handle)
            module.training = training is True
            self._set_parameters(module, parameters)
            module._modules.clear()
            module._modules.update({clean(leaf): c and self.mirror(c) for leaf, c in children.items()})
            for leaf, (value, persistent) in buffers.items():
                _set_buffer(module, clean(leaf), value, persistent is True)
            self._seen[handle] = (module.training, _copies(module))

    def _set_parameters(self, module: RemoteModule, parameters: dict[str, Any]) -> None:
        mirrored = {clean(leaf): h and self.parameters[h] for leaf, h in parameters.items()}
        before = module._mirrored
        if mirrored.keys() != before.keys() or any(p is not before[leaf] for leaf, p in mirrored.items()):
            module._parameters.clear()
            module._parameters.update(mirrored)
            object.__setattr__(module, "_mirrored", mirrored)

    def _module_news(self) -> dict[int, Any]:
        news = {}
        for handle, module in self.modules.items():
            training, buffers = self._seen[handle]
            changed = {leaf: b for leaf, b in module._buffers.items() if not same(b, buffers.get(leaf))}
            if changed or module.training != training:
                news[handle] = [module.training, {leaf: b if b is None else b.detach() for leaf, b in changed.items()}]
                self._seen[handle] = (module.training, _copies(module))
        return news


def _copies(module: nn.Module) -> dict[str, torch.Tensor | None]:
    return {leaf: None if b is None else b.detach().clone() for leaf, b in module._buffers.items()}


def _set_buffer(module: nn.Module, leaf: str, value: Any, persistent: bool) -> None:
    if value is not None and not isinstance(value, torch.Tensor):
        raise TypeError("a buffer is a tensor")
    if leaf in module._buffers:
        put_buffer(module, leaf, value)
    else:
        module._buffers[leaf] = None if value is None else value.detach().clone()
    if persistent:
        module._non_persistent_buffers_set.discard(leaf)
    else:
        module._non_persistent_buffers_set.add(leaf)


def clean(text: Any, limit: int = 200) -> str:
    """A name or sentence of the student's that can be written anywhere: bounded, no half surrogates."""
    return text[:limit].encode("utf-8", "replace").decode() if isinstance(text, str) else ""
