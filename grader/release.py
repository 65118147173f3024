"""Stubs for students, generated from the reference by cutting its marked solutions."""

from __future__ import annotations

import ast
import io
import os
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import PICTURES, Course
from grader.errors import ContentError
from grader.submission import SourceError, decode_source

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Change:
    """A stub that ``release_assignment`` looked at; ``written`` is False if it was up to date."""

    path: Path
    written: bool


@dataclass(frozen=True)
class _Block:
    """A solution: lines (from 1) of its two markers, and their indentation."""

    begin: int
    end: int
    indent: str


def cut_solutions(source: str, where: str) -> str:
    """``source`` with every block from BEGIN to END replaced by ``raise NotImplementedError``.

    A marker is a comment on its own line inside a function; a marker in a string is text. ``where`` names the
    file in errors. Raises ContentError naming file, line and rule: for a stray, nested, unclosed or misspelt
    marker, for a block that is not whole statements of one function, and for a result that does not compile.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    tree = _parse(source, where)
    try:
        # Python's own line ends only: str.splitlines would also split at a form feed or U+2028.
        lines = io.StringIO(source).readlines()
        tokens = list(tokenize.generate_tokens(iter(lines).__next__))
    except (tokenize.TokenError, SyntaxError) as error:
        raise ContentError(f"{where}: not valid Python: {error.args[0]}") from None
    for block in reversed(list(_blocks(tokens, where))):
        _check_block(block, tokens, tree, where)
        lines[block.begin - 1 : block.end] = [f"{block.indent}raise NotImplementedError\n"]
    stub = "".join(lines)
    _parse(stub, f"{where} without its solutions")
    return stub


def release_assignment(course: Course, slug: str) -> list[Change]:
    """Writes ``assignments/<slug>/<module>.py`` for every module; each file is replaced in one step.

    Raises ContentError, before anything is written, if a reference is missing or breaks a rule.
    """
    changes = []
    for path, text in _stubs(course, slug).items():
        data = text.encode()
        written = not path.is_file() or path.read_bytes() != data
        if written:
            _write_atomically(path, data)
        changes.append(Change(path, written))
    return changes


def stub_drift(course: Course, slug: str) -> list[str]:
    """What is wrong with the stubs, a sentence each: missing, edited by hand, of no module."""
    stubs = _stubs(course, slug)
    remedy = f"run 'grader release {slug}'"
    found = []
    for path, text in stubs.items():
        name = path.relative_to(course.root).as_posix()
        if not path.is_file():
            found.append(f"{name} is missing; {remedy}")
        elif path.read_bytes() != text.encode():
            found.append(f"{name} is not what the reference gives; edit the reference, then {remedy}")
    for path in sorted((course.root / "assignments" / slug).glob("*.py")):
        if path not in stubs and path.name != PICTURES:
            name = path.relative_to(course.root).as_posix()
            found.append(f"{name} belongs to no module of the assignment; delete it or name it in 'modules'")
    return found


def _stubs(course: Course, slug: str) -> dict[Path, str]:
    assignment = course.assignment(slug)
    if assignment.solution is None:
        raise ContentError(f"solutions/{slug} is missing; stubs are generated from the reference in it")
    stubs = {}
    for module in assignment.modules:
        where = f"solutions/{slug}/{module}.py"
        try:
            source = decode_source((assignment.solution / f"{module}.py").read_bytes())
        except FileNotFoundError:
            raise ContentError(f"{where} is missing; write the reference for this module") from None
        except SourceError as error:
            raise ContentError(f"{where}: {error}") from None
        stub = cut_solutions(source, where)
        if stub == source:
            # Most likely forgotten; without this rule the release would hand out the whole solution.
            raise ContentError(f"{where}: has no '{BEGIN}'; mark what students are to write")
        stubs[assignment.folder / f"{module}.py"] = stub
    return stubs


def _parse(source: str, where: str) -> ast.Module:
    try:
        tree = ast.parse(source)
        compile(tree, where, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise ContentError(f"{where}:{error.lineno}: not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ContentError(f"{where}: not valid Python: {error}") from None
    return tree


def _blocks(tokens: list[tokenize.TokenInfo], where: str) -> Iterator[_Block]:
    opened: tokenize.TokenInfo | None = None
    for token in tokens:
        if token.type != tokenize.COMMENT or not _resembles_marker(token.string):
            continue
        line = token.start[0]
        if token.line.strip() not in (BEGIN, END):
            # A marker that nobody recognises would leave the solution in the stub.
            raise ContentError(
                f"{where}:{line}: a marker must be exactly '{BEGIN}' or '{END}', alone on its line,"
                f" not '{token.line.strip()}'"
            )
        if token.string == BEGIN:
            if opened:
                rule = f"'{BEGIN}' inside the block that line {opened.start[0]} begins; end that one first"
                raise ContentError(f"{where}:{line}: {rule}")
            opened = token
        else:
            if not opened:
                raise ContentError(f"{where}:{line}: '{END}' without '{BEGIN}' before it; remove or open it")
            yield _Block(opened.start[0], line, opened.line[: opened.start[1]])
            opened = None
    if opened:
        raise ContentError(f"{where}:{opened.start[0]}: '{BEGIN}' is never closed; add '{END}'")


def _resembles_marker(comment: str) -> bool:
    words = comment.lstrip("#").upper().replace("_", " ").split()
    return words[:2] in (["BEGIN", "SOLUTION"], ["END", "SOLUTION"])


def _check_block(block: _Block, tokens: list[tokenize.TokenInfo], tree: ast.Module, where: str) -> None:
    indents = [token.start for token in _first_tokens(tokens) if block.begin < token.start[0] < block.end]
    if not indents:
        raise ContentError(f"{where}:{block.begin}: the block holds no whole statement; put the solution into it")
    for n, (line, column) in enumerate(indents):
        if column < len(block.indent) or (n == 0 and column > len(block.indent)):
            rule = "its code must begin at the column of its markers and not leave their function"
            raise ContentError(f"{where}:{line}: the block that line {block.begin} begins: {rule}")
    if not isinstance(_scope(tree, block), _Function):
        rule = "a solution must stand inside a function: elsewhere its 'raise' would end the import of the stub"
        raise ContentError(f"{where}:{block.begin}: {rule}")


def _first_tokens(tokens: list[tokenize.TokenInfo]) -> Iterator[tokenize.TokenInfo]:
    """The first token of every logical line."""
    fresh = True
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            fresh = True
        elif fresh and token.type not in _NO_CODE:
            fresh = False
            yield token


def _scope(tree: ast.Module, block: _Block) -> ast.AST:
    """The innermost module, class or function around the block."""
    scope: ast.AST = tree
    for node in ast.walk(tree):  # breadth first: what comes later lies deeper
        if isinstance(node, (ast.ClassDef, _Function)):
            last = node.end_lineno or node.lineno
            if node.lineno < block.begin < last:
                scope = node
    return scope


def _write_atomically(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)  # mkstemp's 0600 would keep the stub from everyone else
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
