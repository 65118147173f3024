"""Every attack, by family: the files of its folder, and what its ``generated.py`` makes."""

from __future__ import annotations

from functools import cache
from importlib import util
from pathlib import Path

from attack_suite.attack import FAMILIES, Attack, read_attack
from attack_suite.bases import bases

GENERATED = "generated.py"


@cache
def families() -> dict[str, tuple[Attack, ...]]:
    """Family → its attacks, sorted by name. Raises ValueError for one that is not well told."""
    return {folder.name: _read(folder) for folder in sorted(FAMILIES.iterdir()) if folder.is_dir()}


def _read(folder: Path) -> tuple[Attack, ...]:
    starts = bases()
    found = [read_attack(path, starts) for path in folder.glob("*.py") if path.name != GENERATED]
    if (folder / GENERATED).exists():
        spec = util.spec_from_file_location(f"attacks_{folder.name}", folder / GENERATED)
        assert spec is not None
        assert spec.loader is not None
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += module.attacks(folder.name)
    names = [attack.name for attack in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{folder}: two attacks are called {twice.pop()}")
    return tuple(sorted(found, key=lambda attack: attack.name))
