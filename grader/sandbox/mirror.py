"""Modules that live in the worker and are mirrored in the check; each end tells the other what has changed.

The worker's module is the original; the check holds a mirror of the same parameters and buffers. Before the other
side runs anything it is told of every value that is new, so both sides always see one module. A call's graph ends in
the worker's own parameters, and their gradients arrive at the mirror's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from grader.sandbox.bounds import CodecError
from grader.sandbox.codec import check_tensor_kind


@dataclass(frozen=True)
class _ParameterState:
    value: torch.Tensor
    requires_grad: bool
    grad: torch.Tensor | None

    @classmethod
    def of(cls, parameter: nn.Parameter) -> _ParameterState:
        grad = parameter.grad
        if grad is not None and grad.layout is not torch.strided:
            grad = grad.to_dense()
        return cls(parameter.detach(), parameter.requires_grad, None if grad is None else grad.detach())

    def same(self, other: _ParameterState) -> bool:
        flags = self.requires_grad == other.requires_grad
        return flags and same(self.value, other.value) and same(self.grad, other.grad)

    def copy(self) -> _ParameterState:
        grad = None if self.grad is None else self.grad.clone()
        return _ParameterState(self.value.clone(), self.requires_grad, grad)


class Shared:
    """What both ends have in common: parameters by handle, and what the other side knows of them."""

    offer: Callable[[Any], int]  # gives an object its handle; set by the peer

    def __init__(self) -> None:
        self.modules: dict[int, nn.Module] = {}
        self.parameters: dict[int, nn.Parameter] = {}
        self._handles: dict[int, int] = {}
        self._known: dict[int, _ParameterState] = {}

    def trainable(self) -> dict[int, nn.Parameter]:
        """The parameters that a graph may end in."""
        return {handle: p for handle, p in self.parameters.items() if p.requires_grad}

    def handle_of(self, parameter: nn.Parameter) -> int | None:
        """The handle of a parameter that both sides have."""
        return self._handles.get(id(parameter))

    def lend(self, handle: int, module: nn.Module) -> None:
        """``module`` is handed out to the other side."""
        raise NotImplementedError

    def news(self) -> Any:
        """What the other side does not know yet, as a plain value; None for nothing."""
        if not self.modules:
            return None
        modules = self._module_news()
        parameters = {}
        for handle, parameter in self.parameters.items():
            state, known = _ParameterState.of(parameter), self._known.get(handle)
            if known is None or not state.same(known):
                state = self._known[handle] = state.copy()
                parameters[handle] = [state.value, state.requires_grad, state.grad]
        return [parameters, modules] if parameters or modules else None

    def take(self, news: Any) -> None:
        """Apply what the other side tells; raises CodecError if it makes no sense."""
        parameters, modules = news
        for handle, (value, requires_grad, grad) in parameters.items():
            state = _ParameterState(value.detach(), requires_grad, grad)
            self._take_parameter(handle, state)
            self._known[handle] = state
        self._take_modules(modules)

    def add_parameter(self, handle: int, parameter: nn.Parameter) -> None:
        """Both sides have this one from now on."""
        self.parameters[handle] = parameter
        self._handles[id(parameter)] = handle

    def _take_parameter(self, handle: int, state: _ParameterState) -> None:
        held = self.parameters[handle]
        if held.shape == state.value.shape and held.dtype == state.value.dtype:
            if not torch.equal(held, state.value):  # as locally, a graph that needs the old value is spoilt by this
                with torch.no_grad():
                    held.copy_(state.value)
        else:
            held.data = state.value.clone()
        held.requires_grad_(state.requires_grad)
        held.grad = None if state.grad is None else state.grad.clone()

    def _module_news(self) -> dict[int, Any]:
        raise NotImplementedError

    def _take_modules(self, modules: dict[int, Any]) -> None:
        raise NotImplementedError


class Originals(Shared):
    """The worker's end."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[int, list[Any]] = {}

    def lend(self, handle: int, module: nn.Module) -> None:
        self.modules.setdefault(handle, module)

    def _module_news(self) -> dict[int, Any]:
        """Type, mode, parameters, buffers and children of each module; children are lent as they are met."""
        news: dict[int, list[Any]] = {}
        try:
            self._describe(news)
        except CodecError:  # a module that may not cross was never told of, and later calls are none the worse
            self.modules = {handle: module for handle, module in self.modules.items() if handle in self._told}
            raise
        self._told.update(news)
        return news

    def _describe(self, news: dict[int, list[Any]]) -> None:
        todo = list(self.modules.items())
        for handle, module in todo:
            told = self._told.get(handle)
            children: dict[str, int | None] = dict.fromkeys(module._modules)
            for leaf, child in module._modules.items():
                if child is not None:
                    number = children[leaf] = self.offer(child)
                    if number not in self.modules:
                        self.modules[number] = child
                        todo.append((number, child))
            entry = [type(module).__name__, module.training, self._parameters(module, told), {}, children]
            if told is None or entry[:3] != told[:3] or children != told[4] or _buffers_differ(module, told[3]):
                entry[3] = {leaf: _told_buffer(module, leaf, b) for leaf, b in module._buffers.items()}
                news[handle] = entry

    def _parameters(self, module: nn.Module, told: list[Any] | None) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for leaf, parameter in module._parameters.items():
            if parameter is None or nn.parameter.is_lazy(parameter):
                found[leaf] = None
            elif isinstance(parameter, nn.Parameter):
                check_tensor_kind(parameter)
                handle = found[leaf] = self.offer(parameter)
                if handle not in self.parameters:
                    self.add_parameter(handle, parameter)
            else:  # other values stand in for a call: `call_with`
                found[leaf] = told[2].get(leaf) if told else None
        return found

    def _take_modules(self, modules: dict[int, Any]) -> None:
        for handle, (training, buffers) in modules.items():
            module, told = self.modules[handle], self._told[handle]
            module.training = told[1] = training  # not .train(): that would set the children too
            for leaf, value in buffers.items():
                if leaf in module._buffers:
                    put_buffer(module, leaf, value)
                    told[3][leaf][0] = value


def put_buffer(module: nn.Module, leaf: str, value: torch.Tensor | None) -> None:
    """Give a buffer its new value, in place where it fits."""
    held = module._buffers[leaf]
    if held is not None and value is not None and held.shape == value.shape and held.dtype == value.dtype:
        try:
            with torch.no_grad():
                held.copy_(value)
            return
        except RuntimeError:  # an expanded tensor cannot be written
            pass
    module._buffers[leaf] = None if value is None else value.clone()


def same(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
    """Equal in shape, dtype and every element."""
    if a is None or b is None:
        return a is b
    return a is b or (a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b))


def _told_buffer(module: nn.Module, leaf: str, buffer: torch.Tensor | None) -> list[Any]:
    if buffer is not None:
        check_tensor_kind(buffer)
        buffer = buffer.detach().clone()
    return [buffer, leaf not in module._non_persistent_buffers_set]


def _buffers_differ(module: nn.Module, told: dict[str, list[Any]]) -> bool:
    held = module._buffers
    return held.keys() != told.keys() or any(not same(b, told[leaf][0]) for leaf, b in held.items())


class _Call(nn.Module):
    """Runs a module inside ``functional_call``; an RNN's own list of weights has to follow."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        kept = []
        try:
            for part in self.module.modules():
                if isinstance(part, nn.RNNBase):
                    kept.append((part, part._flat_weights))
                    part._flat_weights = [getattr(part, name, None) for name in part._flat_weights_names]
            return self.module(*args, **kwargs)
        finally:
            for part, weights in kept:
                part._flat_weights = weights


def call_with(module: nn.Module, values: dict[str, torch.Tensor], *args: Any, **kwargs: Any) -> Any:
    """Run ``module`` with other tensors in the place of some parameters, as ``torch.func.functional_call`` does."""
    named = {f"module.{name}": value for name, value in values.items()}
    return torch.func.functional_call(_Call(module), named, args, kwargs)
