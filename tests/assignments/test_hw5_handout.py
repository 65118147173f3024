"""HW5's handout: its examples run as printed, and its table of points is that of the checks."""

from __future__ import annotations

import ast
import doctest
import re
import runpy
from decimal import Decimal
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
HANDOUT = ROOT / "assignments" / "hw5_transformer" / "README.md"
SOLUTION = ROOT / "solutions" / "hw5_transformer"
MODULES = ("layers", "decoding", "losses", "metrics")


def failures(text: str, names: dict[str, object], title: str) -> str:
    """What doctest says of the examples in ``text``; empty if all come out as printed."""
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, names, title, None, 0)
    doctest.DocTestRunner().run(test, out=said.append)
    assert test.examples, f"{title} has no example"
    return "".join(said)


def test_examples_of_the_handout() -> None:
    names: dict[str, object] = {"torch": torch}
    for module in MODULES:
        names |= runpy.run_path(str(SOLUTION / f"{module}.py"))
    blocks = re.findall(r"```python\n(.*?)```", HANDOUT.read_text(encoding="utf-8"), re.DOTALL)
    assert failures("\n".join(block for block in blocks if ">>>" in block), names, "the handout") == ""


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_docstrings(module: str) -> None:
    names = {**runpy.run_path(str(SOLUTION / f"{module}.py")), "torch": torch}
    tree = ast.parse((SOLUTION / f"{module}.py").read_text(encoding="utf-8"))
    documented = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    texts = [ast.get_docstring(node) or "" for node in documented]
    assert failures("\n\n".join(text for text in texts if ">>>" in text), names, module) == ""


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("NATD", "nat_D").lower()


def points(folder: Path) -> dict[str, Decimal]:
    """Points of every check below ``folder``, by the check's name."""
    found = {}
    for path in folder.glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                (mark,) = (d for d in node.decorator_list if ast.unparse(d).startswith("pytest.mark.points("))
                assert isinstance(mark, ast.Call)
                found[node.name] = Decimal(str(ast.literal_eval(mark.args[0])))
    return found


def test_points_of_the_handout_are_those_of_the_checks() -> None:
    cells = re.findall(r"\| `(\w+)` \| ([\d.]+) \| ([\d.]+|–) (?=\|)", HANDOUT.read_text(encoding="utf-8"))
    table = {snake(name): (Decimal(visible), Decimal(hidden.replace("–", "0"))) for name, visible, hidden in cells}
    counted = {name: [Decimal(0), Decimal(0)] for name in table}
    for column, folder in enumerate((ROOT / "assignments" / "hw5_transformer" / "checks", SOLUTION / "checks")):
        for check, worth in points(folder).items():
            (name,) = (name for name in table if check.startswith(f"test_{name}"))
            counted[name][column] += worth
    assert {name: tuple(both) for name, both in counted.items()} == table
    assert [sum(column) for column in zip(*table.values(), strict=True)] == [45, 15]
