"""Which of a submission's files count, and what to tell a student about the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from grader.assignment import MANIFEST, Assignment, is_reserved_module
from grader.intake.container import Broken
from grader.intake.names import show_name

MAX_DEPTH = 3  # of the folder that holds the modules
MAX_EXTRA = 200  # modules besides those asked for
MAX_NAMED = 5
# What nbgrader and ``grader train`` write beside the modules.
_EXPECTED = ("timestamp.txt", "run.json", "curves.png", "runs", "pictures")
_NEVER = ("conftest.py", "sitecustomize.py", "usercustomize.py")


@dataclass(frozen=True)
class Selection:
    """Paths in the container, for each path in the submission; what is missing; and notes on the rest."""

    chosen: dict[str, str]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def wanted_files(assignment: Assignment) -> tuple[str, ...]:
    """The files that the assignment asks for: modules first, then the weights."""
    modules = tuple(f"{module}.py" for module in assignment.modules)
    return (*modules, assignment.model.weights) if assignment.model else modules


def select(paths: Sequence[str], assignment: Assignment) -> Selection:
    """Chooses the asked-for files and the Python files that they may import.

    They may lie in a folder of the submission; then that folder is the submission, and what lies outside is
    ignored. Raises Broken if two folders could be meant.
    """
    wanted = wanted_files(assignment)
    ours = _without_other_assignments(paths, assignment)
    root = _root(ours, assignment)
    chosen: dict[str, str] = {}
    notes: list[str] = []
    ignored: list[str] = []
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        name = path.removeprefix(root)
        if path not in ours or not path.startswith(root):
            ignored.append(path)
        elif name in wanted:
            chosen[name] = path
        elif name.partition("/")[0] in _EXPECTED or (assignment.folder / name).is_file():
            continue  # or handed back as it was handed out: the README, the checks
        elif not _is_importable(name):
            ignored.append(path)
        elif taken := _taken_name(name):
            notes.append(f"{show_name(path)} is left out: Python or grader needs the name '{taken}'; rename it")
        elif "/" in name and f"{name.partition('/')[0]}.py" in wanted:  # Python would import the folder
            module = name.partition("/")[0]
            notes.append(f"{show_name(path)} is left out: its folder would hide {module}.py; rename the folder")
        elif len(chosen) >= MAX_EXTRA:
            ignored.append(path)
        else:
            chosen[name] = path
    if ignored:
        notes.append(_ignored(sorted(ignored)))
    missing = tuple(name for name in wanted if name not in chosen)
    return Selection({name: chosen[name] for name in sorted(chosen, key=_order(wanted))}, missing, tuple(notes))


def missing_note(name: str, paths: Iterable[str], assignment: Assignment) -> str:
    """What a missing file costs, and the file that was perhaps meant."""
    ours = sorted(_without_other_assignments(paths, assignment))
    weights = assignment.model is not None and name == assignment.model.weights
    cost = "the trained model earns no points" if weights else "its checks count as not attempted"
    return f"{name} is missing: {cost}{_hint(name, ours, wanted_files(assignment))}"


def _order(wanted: Sequence[str]) -> Callable[[str], tuple[int, str]]:
    return lambda name: (wanted.index(name) if name in wanted else len(wanted), name)


def _without_other_assignments(paths: Iterable[str], assignment: Assignment) -> set[str]:
    """In a folder with the work of several assignments, a ``model.py`` may be that of another one."""
    folder = assignment.folder.resolve()
    others = {manifest.parent.name for manifest in folder.parent.glob(f"*/{MANIFEST}")} - {folder.name}
    return {path for path in paths if others.isdisjoint(path.split("/")[:-1])}


def _root(paths: Collection[str], assignment: Assignment) -> str:
    """The folder that holds the modules: empty, or with a slash at its end."""
    ours = [path.rpartition("/") for path in paths]
    modules = {f"{module}.py" for module in assignment.modules}
    near = _nearest({parent for parent, _, name in ours if name in modules})
    named = [parent for parent in near if parent.rpartition("/")[2] == assignment.slug]
    if len(near) > 1 and len(named) != 1:
        listing = ", ".join(show_name(parent) for parent in near[:MAX_NAMED])
        raise Broken(f"the modules lie in several folders, {listing}; hand in one of them")
    # Without any module, a folder with some Python files gives the better hints.
    chosen = named if len(near) > 1 else near or _nearest({p for p, _, name in ours if name.endswith(".py")})
    return f"{chosen[0]}/" if len(chosen) == 1 and chosen[0] else ""


def _nearest(parents: Collection[str]) -> list[str]:
    """Those of the folders that lie nearest to the top, none if that is too deep."""
    depth = min(map(_depth, parents), default=0)
    return sorted(parent for parent in parents if _depth(parent) == depth <= MAX_DEPTH)


def _depth(parent: str) -> int:
    return parent.count("/") + 1 if parent else 0


def _is_importable(name: str) -> bool:
    return name.endswith(".py") and all(part.isidentifier() for part in name.removesuffix(".py").split("/"))


def _taken_name(name: str) -> str:
    """The reserved module that ``name`` would hide, if any: only a top name can hide one."""
    top, _, _ = name.partition("/")
    last = name.rpartition("/")[2]
    if last in _NEVER:
        return last.removesuffix(".py")
    return top.removesuffix(".py") if is_reserved_module(top.removesuffix(".py")) else ""


def _ignored(paths: Sequence[str]) -> str:
    if len(paths) > MAX_NAMED:
        return f"{len(paths)} other files are ignored"
    return f"ignored, because nothing asks for it: {', '.join(show_name(path) for path in paths)}"


def _hint(name: str, paths: Sequence[str], wanted: Collection[str]) -> str:
    others = [path for path in paths if path.rpartition("/")[2] not in wanted]
    elsewhere = [path for path in paths if path.endswith(f"/{name}")]
    similar = [path for path in others if _is_similar(path, name)]
    notebooks = [path for path in others if path.casefold().endswith(".ipynb")]
    if elsewhere:
        return f"; {show_name(elsewhere[0])} is there: put it beside the other files"
    if similar and not similar[0].casefold().endswith(".ipynb"):
        return f"; {show_name(similar[0])} is there: if you mean it, make it {name}"
    if notebooks and name.endswith(".py"):
        return f"; {show_name(notebooks[0])} is a notebook, which is not read: save its code as {name}"
    return ""


def _is_similar(path: str, name: str) -> bool:
    file = path.rpartition("/")[2].casefold()
    kinds = (".py", ".pyw", ".txt") if name.endswith(".py") else (".safetensors", ".pt", ".pth", ".ckpt", ".bin")
    if not file.endswith(kinds):
        return False
    target, letters = (re.sub(r"[^a-z]", "", text.partition(".")[0].casefold()) for text in (name, file))
    return target in letters or bool(get_close_matches(target, [letters], cutoff=0.8))
