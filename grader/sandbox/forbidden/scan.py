"""Which of a submission's functions name a forbidden API, read from the source before any of it runs.

A function counts as using what it names itself and what the top-level functions, classes and values that it refers
to name. Aliases, ``getattr`` with a constant, and ``__dict__`` are followed; what is put together while the program
runs is for ``grader.sandbox.forbidden.calls`` to see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.sandbox.forbidden.targets import Targets

EVERYWHERE = ""  # the unit of statements at the top of a module that define nothing


@dataclass(frozen=True)
class Use:
    """A place that names a forbidden API."""

    name: str
    file: str
    line: int


@dataclass
class _Unit:
    """A function, class or value at the top of a module: what it names, and what it refers to."""

    uses: list[Use] = field(default_factory=list)
    refers_to: set[str] = field(default_factory=set)


def parse(source: bytes) -> ast.Module | None:
    """The syntax tree, or None for what does not parse; its import will say so."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def scan(trees: Mapping[str, ast.Module], forbidden: Iterable[str]) -> dict[str, list[Use]]:
    """Top-level name → the forbidden APIs that it uses, itself or through others; names without any are left out.

    trees: module → its syntax tree.
    """
    targets = Targets(forbidden)
    units: dict[str, _Unit] = {}
    for module, tree in trees.items():
        _read(f"{module}.py", tree, targets, units)
    found = {}
    for name in units:
        uses = [use for reached in sorted(_reach(name, units)) for use in units[reached].uses]
        if uses and name != EVERYWHERE:
            found[name] = uses
    return found


def names_reached(tree: ast.Module, start: str) -> set[str]:
    """All names that a top-level function of ``tree`` refers to, itself or through other top-level ones."""
    units: dict[str, _Unit] = {}
    _read("", tree, Targets(()), units)
    return {name for reached in _reach(start, units) for name in units[reached].refers_to}


def _reach(start: str, units: Mapping[str, _Unit]) -> set[str]:
    seen: set[str] = set()
    waiting = [start, EVERYWHERE]
    while waiting:
        name = waiting.pop()
        if name in units and name not in seen:
            seen.add(name)
            waiting += units[name].refers_to
    return seen


def _read(file: str, tree: ast.Module, targets: Targets, units: dict[str, _Unit]) -> None:
    reader = _Reader(file, targets)
    reader.learn_aliases(tree)
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        unit = _Unit()
        for node in ast.walk(statement):
            unit.uses += reader.uses(node)
            unit.refers_to |= reader.references(node)
        for name in _defined(statement):
            known = units.setdefault(name, _Unit())
            known.uses += unit.uses
            known.refers_to |= unit.refers_to


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return [EVERYWHERE]


class _Reader:
    """Reads one module; aliases hold for the whole module, wherever they are made."""

    def __init__(self, file: str, targets: Targets) -> None:
        self.file, self.targets = file, targets
        self.aliases: dict[str, str] = {}

    def learn_aliases(self, tree: ast.Module) -> None:
        """Imports first, then assignments; twice, since one alias may be made of another."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for item in node.names:
                    self.aliases[item.asname or item.name.split(".")[0]] = (
                        item.name if item.asname else item.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for item in node.names:
                    if item.name == "*":
                        self._learn_star(node.module)
                    else:
                        self.aliases[item.asname or item.name] = f"{node.module}.{item.name}"
        for _ in range(2):
            for node in ast.walk(tree):
                if isinstance(node, ast.Assign) and (path := self.dotted(node.value)):
                    for target in node.targets:
                        if isinstance(target, ast.Name):
                            self.aliases.setdefault(target.id, path)

    def _learn_star(self, module: str) -> None:
        for name in self.targets.names:
            parent, _, last = name.rpartition(".")
            if parent == module:
                self.aliases[last] = name

    def dotted(self, node: ast.AST) -> str | None:
        """The dotted path that an expression means, as far as it can be read off."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            return self._below(node.value, node.attr)
        if isinstance(node, ast.Subscript) and (key := _text(node.slice)) is not None:
            return self._item(node.value, key)
        if isinstance(node, ast.Call):
            return self._called(node)
        return None

    def _below(self, owner: ast.AST, name: str) -> str | None:
        path = self.dotted(owner)
        return f"{path}.{name}" if path else None

    def _item(self, owner: ast.AST, key: str) -> str | None:
        """``vars(F)["conv2d"]``, ``F.__dict__["conv2d"]``, ``sys.modules["torch"]``."""
        if isinstance(owner, ast.Attribute) and owner.attr == "__dict__":
            return self._below(owner.value, key)
        if isinstance(owner, ast.Call) and _is_call_of(owner, "vars") and owner.args:
            return self._below(owner.args[0], key)
        return key if self.dotted(owner) == "sys.modules" else None

    def _called(self, node: ast.Call) -> str | None:
        """``getattr(F, "conv2d")``, ``__import__("torch")``, ``importlib.import_module("torch.nn")``."""
        if _is_call_of(node, "getattr") and len(node.args) >= 2 and (name := _text(node.args[1])) is not None:
            return self._below(node.args[0], name)
        if node.args and (name := _text(node.args[0])) is not None:
            if _is_call_of(node, "__import__"):
                return name.split(".")[0]
            if self.dotted(node.func) == "importlib.import_module":
                return name
        return None

    def uses(self, node: ast.AST) -> Iterator[Use]:
        """The forbidden API that this very node names."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
            return
        path = self.dotted(node)
        name = self.targets.name_of_dotted(path) if path else None
        if name is None and path is None and isinstance(node, ast.Attribute):
            name = self.targets.methods.get(node.attr)
        if name is not None:
            yield Use(name, self.file, node.lineno)

    def references(self, node: ast.AST) -> set[str]:
        """Names of this submission's modules that the node may mean."""
        if isinstance(node, ast.Name):
            path = self.aliases.get(node.id, "")
            return {node.id, path.rpartition(".")[2]}  # as it was called where it was imported from
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return {node.attr}  # module.name; of a variable it says nothing, and does no harm
        return set()


def _is_call_of(node: ast.Call, name: str) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == name


def _text(node: ast.AST) -> str | None:
    """A text that is written down, in one piece or in several."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return left + right if left is not None and right is not None else None
    if isinstance(node, ast.FormattedValue):
        return _text(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [_text(value) for value in node.values]
        return None if None in parts else "".join(part for part in parts if part)
    return None
