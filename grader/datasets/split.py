"""What a split holds, the rule that it keeps, and the file that it is kept in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from grader.datasets.description import ANY_LENGTH, Schema

Items = Tensor | list[Tensor] | list[str]
"""N inputs or N targets: a tensor (N, …); where lengths differ, N tensors; or N texts."""

_TEXTS = "texts"


@dataclass(frozen=True)
class Split:
    """N inputs, and what should be predicted for them.

    Only inputs may ever be sent to a student's process.
    """

    inputs: Items
    targets: Items


def problem(split: Split, schema: Schema) -> str:
    """What is wrong with a split that breaks the schema's rule; empty if nothing is."""
    inputs, targets = split.inputs, split.targets
    if schema.inputs is None:
        if not isinstance(inputs, list) or not all(isinstance(item, str) for item in inputs):
            return "the inputs must be a list of texts"
    elif wrong := _wrong_tensors(inputs, schema.inputs, getattr(torch, schema.dtype)):
        return wrong
    if not len(inputs) == len(targets) > 0:
        return f"there must be as many targets as inputs, and at least one, not {len(inputs)} and {len(targets)}"
    if not all(tensor.isfinite().all() for tensor in _tensors(targets)):
        return "the targets must be finite"
    return ""


def _tensors(items: Items) -> list[Tensor]:
    return [items] if isinstance(items, Tensor) else [item for item in items if isinstance(item, Tensor)]


def _wrong_tensors(inputs: Items, shape: Sequence[int | None], dtype: torch.dtype) -> str:
    sizes = f"({', '.join(ANY_LENGTH if size is None else str(size) for size in shape)})"
    varying = None in shape
    if isinstance(inputs, Tensor) == varying or len(_tensors(inputs)) not in (1, len(inputs)):
        return f"the inputs must be a list of tensors {sizes}" if varying else "the inputs must be one tensor (N, …)"
    for tensor in _tensors(inputs):
        found = tuple(tensor.shape) if varying else tuple(tensor.shape[1:])
        if len(found) != len(shape) or any(s not in (None, n) for s, n in zip(shape, found, strict=True)):
            return f"an input must have the shape {sizes}, not {found}"
        if tensor.dtype != dtype or not tensor.isfinite().all():
            return f"the inputs must be finite and {dtype}, not {tensor.dtype}"
    return ""


def save_split(split: Split, path: Path) -> None:
    """Write a split into one safetensors file; texts stand in its metadata."""
    tensors: dict[str, Tensor] = {}
    texts: dict[str, list[str]] = {}
    for name, items in (("inputs", split.inputs), ("targets", split.targets)):
        if isinstance(items, Tensor):
            tensors[name] = items.contiguous()
            continue
        tensors |= {f"{name}.{n:06}": tensor.contiguous() for n, tensor in enumerate(_tensors(items))}
        if strings := [item for item in items if isinstance(item, str)]:
            texts[name] = strings
    save_file(tensors, path, metadata={_TEXTS: json.dumps(texts)})


def load_split(path: Path) -> Split:
    """Read what ``save_split`` has written."""
    with safe_open(path, framework="pt") as file:
        texts = json.loads(file.metadata()[_TEXTS])
        found = {name: file.get_tensor(name) for name in sorted(file.keys())}
    return Split(*(_items(name, found, texts) for name in ("inputs", "targets")))


def _items(name: str, found: dict[str, Tensor], texts: dict[str, list[str]]) -> Items:
    if name in found:
        return found[name]
    return texts[name] if name in texts else [t for key, t in found.items() if key.startswith(f"{name}.")]
