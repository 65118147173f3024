"""Known-wrong and known-right variants: one module of the reference with some names replaced."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import ContentError


@dataclass(frozen=True)
class Variant:
    """A variant file. ``rejected_by`` names check functions; it is empty for a right variant."""

    path: Path
    title: str
    module: str
    rejected_by: tuple[str, ...]
    source: str

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def is_right(self) -> bool:
        return not self.rejected_by


def load_variants(assignment: Assignment) -> tuple[Variant, ...]:
    """All variants of an assignment, sorted by name.

    Raises ContentError for one whose docstring lacks ``module:`` or, below wrong/, ``rejected by:``.
    """
    if assignment.solution is None:
        raise ContentError(f"{assignment.folder}: has no solution on this machine, so nothing can be proved")
    paths = sorted(p for kind in ("right", "wrong") for p in (assignment.solution / kind).glob("*.py"))
    return tuple(_load(path, assignment) for path in paths)


def _load(path: Path, assignment: Assignment) -> Variant:
    source = path.read_text(encoding="utf-8")
    try:
        docstring = ast.get_docstring(ast.parse(source)) or ""
    except SyntaxError as error:
        raise ContentError(f"{path}:{error.lineno}: {error.msg}") from None
    fields = {}
    for line in docstring.splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip() in ("module", "rejected by"):
            fields[key.strip()] = value.strip()
    module = fields.get("module", "")
    if module not in assignment.modules:
        raise ContentError(
            f"{path}: its docstring needs a line 'module: NAME' with one of {', '.join(assignment.modules)}"
        )
    rejected_by = tuple(name.strip() for name in fields.get("rejected by", "").split(",") if name.strip())
    if bool(rejected_by) != (path.parent.name == "wrong"):
        raise ContentError(f"{path}: a wrong variant needs a line 'rejected by: CHECK', a right one must not have it")
    return Variant(path, docstring.split("\n")[0], module, rejected_by, source)


def variant_files(assignment: Assignment, variant: Variant) -> dict[str, bytes]:
    """The reference with the variant's definitions appended to its module, so that they win."""
    assert assignment.solution is not None
    files = {f"{m}.py": (assignment.solution / f"{m}.py").read_bytes() for m in assignment.modules}
    files[f"{variant.module}.py"] += b"\n\n" + variant.source.encode()
    return files
