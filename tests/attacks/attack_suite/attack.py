"""What an attack is: files that are handed in, what they try, and what must come of it at each level.

Most attacks are a small Python file each, in the folder of their family. It is appended to a module in which every
function is wrong, so that whatever it earns is unearned. Its docstring says in words what it tries; below a line of
three dashes it says, as TOML, what must come of it: the fields of ``Outcome``, ``module`` (to which it is appended;
"victim" unless given) and ``base`` ("wrong", or "right" where the other functions shall keep their points).
``[at."process"]`` and the like change fields for a level; then ``gap`` says why.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from grader.intake.names import printable

LEVELS = ("isolated", "restricted", "process")
FAMILIES = Path(__file__).resolve().parent.parent / "families"


@dataclass(frozen=True)
class Outcome:
    """What must be in the report.

    points: earned. verdicts: check (without ``test_``) → verdict. says, notes, prints: each a part of the message of
    some check that did not pass, of a note, of what was printed. unsaid: in none of them. reached: what the attack's
    own probes got hold of, as they print it; nothing, where it must be held. gap: why this is less than at isolated.
    evades: why points are earned that should not be, at every level; the docs say so. complete: False where a person
    has to look. skip: why it is not tried at all.
    """

    points: str = "0"
    verdicts: Mapping[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    reached: frozenset[str] = frozenset()
    complete: bool = True
    gap: str = ""
    evades: str = ""
    skip: str = ""

    def changed(self, values: Mapping[str, Any]) -> Outcome:
        """A copy with the values of a TOML table put in."""
        known = {f.name: f for f in fields(self)}
        if unknown := values.keys() - known.keys():
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        cast = {"says": tuple, "notes": tuple, "prints": tuple, "unsaid": tuple, "reached": frozenset}
        return replace(self, **{k: cast.get(k, lambda v: v)(v) for k, v in values.items()})


@dataclass(frozen=True)
class Attack:
    """A submission that tries something.

    tries: in words. files: what is handed in, as a folder; or archive: its name's ending, and its bytes.
    at: what is otherwise at a level, or for a user at a level ("process as nobody").
    """

    family: str
    name: str
    tries: str
    files: Mapping[str, bytes]
    outcome: Outcome
    at: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    archive: tuple[str, bytes] | None = None
    folder: str = ""  # the name of what is handed in, where that is part of the attack; else the attack's
    special: Callable[[Path], None] | None = None  # makes what is no ordinary file, in the folder of the submission

    @property
    def handed_in_as(self) -> str:
        """The name of the folder, or of the archive without its ending."""
        return self.folder or self.name

    @property
    def student(self) -> str:
        """The name in the report."""
        return printable(self.handed_in_as)

    def outcome_at(self, level: str, user: str) -> Outcome:
        """What must come of it at ``level``, for a grader that runs as ``user`` (root or nobody)."""
        outcome = self.outcome
        for place in (level, f"{level} as {user}"):
            if place in self.at:
                outcome = outcome.changed(self.at[place])
        return outcome


def read_attack(path: Path, bases: Mapping[str, Mapping[str, bytes]]) -> Attack:
    """The attack in a file of a family's folder; ``bases`` are the files to which it is appended."""
    source = path.read_text(encoding="utf-8")
    words, dashes, table = (ast.get_docstring(ast.parse(source)) or "").partition("\n---")
    if not dashes or not words.strip():
        raise ValueError(f"{path}: its docstring must say what it tries and, below ---, what must come of it")
    try:
        return _attack(path, words.strip(), tomllib.loads(table), source, bases)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path}: {error}") from error


def _attack(
    path: Path, words: str, told: dict[str, Any], source: str, bases: Mapping[str, Mapping[str, bytes]]
) -> Attack:
    module, base, at = told.pop("module", "victim"), told.pop("base", "wrong"), told.pop("at", {})
    if strange := {place.partition(" as ")[0] for place in at} - set(LEVELS):
        raise ValueError(f"unknown level {strange.pop()}")
    if any(not (values.get("gap") or values.get("skip")) for values in at.values()):
        raise ValueError("a level with another outcome must say why, as 'gap' or 'skip'")
    files = dict(bases[base])
    files[f"{module}.py"] += b"\n\n" + source.encode()
    outcome = Outcome().changed(told)
    for values in at.values():
        outcome.changed(values)
    return Attack(path.parent.name, path.stem, words, files, outcome, at)
