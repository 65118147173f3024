"""Which forbidden APIs a student's code calls, whatever name it has for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from grader.sandbox.forbidden.scan import Use
from grader.sandbox.forbidden.targets import Targets

MAX_USES = 20
_OURS = (str(Path(torch.__file__).parent), str(Path(__file__).parents[1]))  # torch itself, and the worker's own code


class _Watching(TorchFunctionMode):
    def __init__(self, targets: Targets, note: Callable[[str], None]) -> None:
        super().__init__()
        self.targets, self.note = targets, note
        self.operators = {name.rpartition(".")[2]: name for name in targets.names}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = self.targets.name_of(func)
        if name is None and isinstance(func, (torch._ops.OpOverload, torch._ops.OpOverloadPacket)):
            name = self.operators.get(func.__name__.split(".")[0])
        if name is not None:
            self.note(name)
        return func(*args, **(kwargs or {}))


@contextmanager
def watching(names: Sequence[str], folder: Path, drivers: str) -> Iterator[list[Use]]:
    """While this lasts, calls of forbidden APIs by files in ``folder`` are written into the list.

    drivers: the file name under which a check's own drivers run; what these call is nobody's fault.
    """
    uses: list[Use] = []
    if not names:
        yield uses
        return
    targets = Targets(names)
    classes = targets.classes()

    def note(name: str) -> None:
        frame = _caller(sys._getframe(1))
        if frame is None or frame.f_code.co_filename == drivers or len(uses) >= MAX_USES:
            return
        path = Path(frame.f_code.co_filename)
        use = Use(name, path.name if path.parent == folder else "code made at run time", frame.f_lineno)
        if use not in uses:
            uses.append(use)

    def before_forward(module: nn.Module, inputs: Any) -> None:
        if isinstance(module, classes):
            note(next(name for kind in type(module).__mro__ if (name := targets.name_of(kind))))

    hook = register_module_forward_pre_hook(before_forward) if classes else None
    try:
        with _Watching(targets, note):
            yield uses
    finally:
        if hook is not None:
            hook.remove()


def _caller(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that is neither torch's nor the worker's own."""
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return frame
