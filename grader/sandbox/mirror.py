"""The worker's half of a mirrored ``nn.Module``: telling its state, and running it with values sent in."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def describe_module(module: nn.Module) -> dict[str, Any]:
    """The tree of a module: sub-modules with type and mode, parameters and buffers by full name.

    A tied parameter stands under each of its names; the codec keeps it one tensor.
    """
    tree: dict[str, Any] = {"modules": {}, "parameters": [], "buffers": []}
    for path, part in module.named_modules(remove_duplicate=False):
        prefix = f"{path}." if path else ""
        tree["modules"][path] = [type(part).__name__, part.training]
        for name, parameter in part._parameters.items():
            tree["parameters"].append((prefix + name, parameter))
        for name, buffer in part._buffers.items():
            tree["buffers"].append((prefix + name, buffer, name not in part._non_persistent_buffers_set))
    return tree


class _Method(nn.Module):
    """Wraps a method, so that ``functional_call`` can run it with other parameters."""

    def __init__(self, module: nn.Module, path: str, method: str | None) -> None:
        super().__init__()
        self.module, self.path, self.method = module, path, method

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        target = self.module.get_submodule(self.path)
        return (getattr(target, self.method) if self.method else target)(*args, **kwargs)


def call_module(
    module: nn.Module,
    path: str,
    method: str | None,
    state: dict[str, torch.Tensor],
    modes: dict[str, bool],
    *args: Any,
    **kwargs: Any,
) -> tuple[Any, dict[str, torch.Tensor]]:
    """Run ``module`` (or a method of its sub-module at ``path``) with the parameters and buffers in ``state``.

    Returns the result and every value of ``state`` that the run has changed or rebound.
    """
    set_modes(module, modes)
    load_state(module, state)
    before = {name: tensor.detach().clone() for name, tensor in state.items()}
    values = {f"module.{name}": tensor for name, tensor in state.items()}
    result = torch.func.functional_call(_Method(module, path, method), values, args, kwargs)
    after = {name: values[f"module.{name}"].detach() for name in state}  # a rebound buffer is left in `values`
    return result, {name: tensor for name, tensor in after.items() if not _same(tensor, before[name])}


def set_modes(module: nn.Module, modes: dict[str, bool]) -> None:
    """Set train or eval mode for each sub-module by its path."""
    for name, part in module.named_modules(remove_duplicate=False):
        if name in modes:
            part.training = modes[name]  # not .train(): that would set the children too


def load_state(module: nn.Module, state: dict[str, torch.Tensor]) -> None:
    """Give the module's own tensors the sent values too, for code that keeps references to them."""
    own = dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))
    with torch.no_grad():
        for name, tensor in state.items():
            if name in own and not _same(own[name], tensor):
                own[name].data = tensor.detach().clone()


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a is b or (a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b))
