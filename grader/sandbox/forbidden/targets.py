"""From dotted names to the objects of torch that they mean."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import torch

TENSOR_METHOD = "torch.Tensor."


def resolve(dotted: str) -> Any:
    """The object below torch of that name; None if there is none, and for a module."""
    first, *rest = dotted.split(".")
    found: Any = torch if first == "torch" else None
    for part in rest:
        found = getattr(found, part, None)
    return None if isinstance(found, ModuleType) else found


class Targets:
    """Forbidden names and the objects behind them: the same function may be reached by several names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.methods = {n.removeprefix(TENSOR_METHOD): n for n in self.names if n.startswith(TENSOR_METHOD)}
        self._by_object = {id(found): name for name in self.names if (found := resolve(name)) is not None}

    def name_of(self, found: object) -> str | None:
        """The forbidden name of this very object, if it is one."""
        return self._by_object.get(id(found))

    def classes(self) -> tuple[type, ...]:
        """Those that are classes."""
        return tuple(found for name in self.names if isinstance(found := resolve(name), type))

    def name_of_dotted(self, dotted: str) -> str | None:
        """The forbidden name that a dotted path means, by another way to the same object too."""
        return dotted if dotted in self.names else self.name_of(resolve(dotted))
