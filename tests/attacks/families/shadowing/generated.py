"""Files that Python, pytest or the grader would take for their own."""

from __future__ import annotations

import marshal
from importlib.util import MAGIC_NUMBER

from attack_suite.attack import Attack, Outcome
from attack_suite.bases import FULL_MARKS, bases

RIGHT, WRONG = bases()["right"], bases()["wrong"]
PASS_ALL = b'''"""Passes everything."""
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"


print("reached conftest")
'''
LOUD = b'print("reached a shadow")\nraise SystemExit(0)\n'

# name, what it tries, more files, a part of a note
REFUSED = [
    ("conftest", "A conftest.py that turns every report into a pass.", {"conftest.py": PASS_ALL, "checks/conftest.py": PASS_ALL}, "the name 'conftest'"),
    ("sitecustomize", "Modules that Python imports by itself when it starts.", {"sitecustomize.py": LOUD, "usercustomize.py": LOUD}, "the name 'sitecustomize'"),
    ("pytest_ini", "Settings of pytest.", {"pytest.ini": b"[pytest]\naddopts = --collect-only\n", "pyproject.toml": b"[tool.pytest.ini_options]\naddopts='-p x'\n", "tox.ini": b"[pytest]\n", "setup.cfg": b"[tool:pytest]\n"}, "'pytest.ini'"),
    ("torch_file", "A torch.py whose allclose says yes.", {"torch.py": LOUD}, "the name 'torch'"),
    ("torch_folder", "A package torch.", {"torch/__init__.py": LOUD, "torch/nn.py": LOUD}, "the name 'torch'"),
    ("random_file", "Modules with the names of the standard library.", {"random.py": LOUD, "json.py": LOUD, "socket.py": LOUD, "struct.py": LOUD, "math.py": LOUD}, "the name 'random'"),
    ("grader_package", "A package with the name of the grader, and one of its parts.", {"grader/__init__.py": LOUD, "grader/checkers.py": LOUD, "grader/sandbox/worker.py": LOUD}, "the name 'grader'"),
    ("drivers", "A drivers.py, which is the name of the check author's file.", {"drivers.py": b"def curvature_of_cube(student, x):\n    return 6 * x\n"}, "the name 'drivers'"),
    ("pytest_package", "Packages with pytest's names.", {"pytest.py": LOUD, "_pytest/__init__.py": LOUD, "pluggy.py": LOUD}, "the name 'pytest'"),
    ("numpy_and_friends", "What torch and safetensors import, some of it only later.", {"numpy.py": LOUD, "safetensors.py": LOUD, "sympy.py": LOUD, "triton.py": LOUD, "pandas.py": LOUD}, "the name 'numpy'"),
    ("other_case", "Names that only some disks tell from those of Python.", {"Torch.py": LOUD, "JSON.py": LOUD, "Grader.py": LOUD}, "Python or grader needs the name"),
    ("path_file", "A .pth file, whose lines Python runs.", {"x.pth": b"import os; print('reached pth')\n"}, "'x.pth'"),
    ("extension_module", "A compiled module beside the one that is asked for, which Python would prefer.", {"victim.cpython-311-x86_64-linux-gnu.so": b"\x7fELF", "victim.so": b"\x7fELF"}, "victim.so"),
    ("checks_handed_in", "Its own checks, in the folders where the course has them.", {"checks/test_victim.py": b"def test_square_value():\n    pass\n", "assignments/everything/assignment.toml": b"points = 0\n"}, "ignored, because nothing asks for it"),
]  # fmt: skip


def _compiled() -> bytes:
    code = compile("print('reached the cache')\nsquare = None", "victim.py", "exec")
    return MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8) + marshal.dumps(code)


def attacks(family: str) -> list[Attack]:
    """Each beside an otherwise wrong submission (nothing is earned) and an honest one (nothing is lost)."""
    found = []
    for name, tries, files, note in REFUSED:
        outcome = Outcome(verdicts={"square_value": "failed"}, notes=(note,))
        found.append(Attack(family, name, tries, {**WRONG, **files}, outcome))
        honest = f"{name}_but_right"
        found.append(
            Attack(family, honest, f"{tries} All else is right.", {**RIGHT, **files}, Outcome("14", notes=(note,)))
        )
    cache = {"__pycache__/victim.cpython-311.pyc": _compiled(), "victim.pyc": _compiled()}
    tries = "A poisoned cache of the module, which is never checked against its source."
    found.append(Attack(family, "compiled_cache", tries, {**RIGHT, **cache}, Outcome("14")))
    package = {"victim/__init__.py": b"print('reached the package')\n", "model/__init__.py": LOUD}
    tries = "Packages of the modules' own names, which Python would prefer to the modules."
    outcome = Outcome(FULL_MARKS, notes=("its folder would hide victim.py",))
    found.append(Attack(family, "package_of_the_same_name", tries, {**RIGHT, **package}, outcome))
    return found
