"""The reference's names in the checking process, for hidden checks. Only our own code is imported here."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace

from grader.assignment import Assignment
from grader.errors import ContentError


def load_reference(assignment: Assignment) -> SimpleNamespace:
    """The public names of the reference's modules, flat.

    Raises ContentError where there is no solution.
    """
    if assignment.solution is None:
        raise ContentError(f"{assignment.folder}: has no solution on this machine, so hidden checks cannot run")
    return _load(assignment.solution, assignment.modules)


@cache
def _load(folder: Path, modules: tuple[str, ...]) -> SimpleNamespace:
    names: dict[str, object] = {}
    kept = {module: sys.modules.get(module) for module in modules}
    try:
        for module in modules:  # in order: a later one may import an earlier one by its plain name
            names |= {k: v for k, v in vars(_import(folder / f"{module}.py", module)).items() if k[:1] != "_"}
    finally:
        for module, earlier in kept.items():
            if earlier is None:
                sys.modules.pop(module, None)
            else:
                sys.modules[module] = earlier
    return SimpleNamespace(**names)


def _import(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.exists():
        raise ContentError(f"{path}: is missing; the reference needs every module of the manifest")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
