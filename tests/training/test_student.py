"""The student's module: how it is imported, and what its errors look like."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.training.student import StudentCodeError, model_code

Edit = Callable[[str, str], None]


def failure(folder: Path, run: str = "build_model") -> str:
    with pytest.raises(StudentCodeError) as caught, model_code(folder, "model") as code:
        getattr(code, run)()
    return str(caught.value)


def test_a_missing_module_is_one_line(tmp_path: Path):
    with pytest.raises(UsageError) as caught, model_code(tmp_path, "model"):
        pass
    path = tmp_path.resolve() / "model.py"
    assert str(caught.value) == f"{path} is missing; write it there, or name your folder with --dir"


def test_a_missing_function_is_one_line(student: Path, edit: Edit):
    edit("def predict", "def forecast")
    path = student.resolve() / "model.py"
    assert failure(student) == f"{path} defines no function 'predict'; see the handout"


def test_a_stub_is_one_line_with_its_place(student: Path, edit: Edit):
    edit("    return Line()", "    raise NotImplementedError")
    assert failure(student) == "model.py, line 18, in build_model: this is not written yet"


def test_an_error_shows_the_students_lines_alone(student: Path, edit: Edit):
    edit("    return Line()", "    return broken()\n\n\ndef broken():\n    return torch.ones(2) @ torch.ones(3)")
    path = student.resolve() / "model.py"
    lines = failure(student).splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        f'  File "{path}", line 18, in build_model',
        "    return broken()",
    ]
    assert f'  File "{path}", line 22, in broken' in lines
    assert lines[-1].startswith("RuntimeError: inconsistent tensor size")
    assert "grader" not in "\n".join(lines).replace(str(student.resolve()), "")


def test_an_error_inside_torch_ends_at_the_students_line(student: Path, edit: Edit):
    edit("    return Line()", "    return nn.Sequential(nn.Linear(2, 3))(torch.ones(5))")
    text = failure(student)
    assert "return nn.Sequential" in text
    assert "site-packages" not in text


def test_the_cause_of_an_error_is_shown_too(student: Path, edit: Edit):
    edit(
        "    return Line()",
        "    try:\n        {}['key']\n    except KeyError as e:\n        raise ValueError('no key') from e",
    )
    text = failure(student)
    assert "KeyError: 'key'" in text
    assert text.endswith("ValueError: no key")
    assert "student.py" not in text


def test_a_syntax_error_shows_line_and_caret(student: Path, edit: Edit):
    edit("    return Line()", "    return Line(")
    text = failure(student)
    assert f'File "{student.resolve() / "model.py"}", line 18' in text
    assert "^" in text
    assert text.endswith("SyntaxError: '(' was never closed")


def test_exit_is_no_way_out(student: Path, edit: Edit):
    edit("    return Line()", "    raise SystemExit(0)")
    assert failure(student) == "model.py, line 18, in build_model: the code ends the program (exit)"


def test_ctrl_c_passes(student: Path, edit: Edit):
    edit("    return Line()", "    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt), model_code(student, "model") as code:
        code.build_model()


def test_the_import_path_and_the_modules_are_as_before(student: Path):
    path, modules = list(sys.path), set(sys.modules)
    with model_code(student, "model") as code:
        code.build_model()
        assert "helper" in sys.modules
    assert sys.path == path
    assert {"model", "helper"} & (set(sys.modules) - modules) == set()


def test_another_module_of_the_same_name_is_put_aside_and_back(student: Path, monkeypatch: pytest.MonkeyPatch):
    other = object()
    monkeypatch.setitem(sys.modules, "helper", other)
    with model_code(student, "model") as code:
        code.build_model()
    assert sys.modules["helper"] is other


def test_an_edited_module_is_imported_anew(student: Path, edit: Edit):
    with model_code(student, "model"):
        pass
    edit("    return Line()", "    return 'other and longer'")
    with model_code(student, "model") as code:
        assert code.build_model() == "other and longer"
