"""The verbs as their users run them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

RIGHT = "def mse_loss(pred, target): return ((pred - target) ** 2).mean()\n"
WRONG = "def mse_loss(pred, target):\n    print('hello')\n    return ((pred - target) ** 2).sum()\n"
WRONG_VARIANT = '"""Sums.\n\nmodule: tiny\nrejected by: {}\n"""\ndef mse_loss(p, t): return ((p - t) ** 2).sum()\n'


def grader(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def work(small_course, tmp_path):
    for name, source in {"ann": RIGHT, "bob": WRONG, "=cmd|x": RIGHT}.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "tiny.py").write_text(source)
    return tmp_path


def test_grade_writes_reports_feedback_timings_and_grades(small_course, work):
    done = grader("grade", "tiny", str(work / "class"), "--out", str(work / "out"), cwd=small_course.course.root)
    assert done.returncode == 0, done.stderr
    assert "3 submissions: 3 graded, 0 up to date" in done.stdout
    assert "mean 2.33, median 3.5 of 3.5 points" in done.stdout
    grades = (work / "out" / "grades.csv").read_text(encoding="utf-8-sig")
    assert '"ann",3.5,3.5,"yes"' in grades
    assert '"\'=cmd|x"' in grades
    assert "You summed." in (work / "out" / "feedback" / "bob.md").read_text()
    assert set(json.loads((work / "out" / "timings.json").read_text())["students"]) == {"ann", "bob", "=cmd|x"}
    seed = small_course.course.root / ".grader" / "course.seed"
    assert seed.stat().st_mode & 0o777 == 0o600
    assert seed.read_text().strip() not in (work / "out" / "reports" / "ann.json").read_text()
    again = grader("grade", "tiny", str(work / "class"), "--out", str(work / "out"), cwd=small_course.course.root)
    assert "0 graded, 3 up to date" in again.stdout


def test_only_grades_one_student_and_leaves_the_class_table_alone(small_course, work):
    done = grader(
        "grade", "tiny", str(work / "class"), "--out", str(work / "out"), "--only", "ann", cwd=small_course.course.root
    )
    assert done.returncode == 0
    assert [p.name for p in (work / "out" / "reports").iterdir()] == ["ann.json"]
    assert not (work / "out" / "grades.csv").exists()


@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_check_shows_the_first_failure_and_the_next_step(small_course, work, engine):
    folder = str(work / "class" / "bob")
    done = grader("check", "tiny", "--dir", folder, "--engine", engine, cwd=small_course.course.root)
    assert done.returncode == 1
    assert done.stdout.index("You summed.") < done.stdout.index("mse_loss has the right gradient")
    assert "hello" in done.stdout
    assert "Next:" in done.stdout


def test_check_needs_no_solution_and_no_name_inside_the_assignments_folder(small_course, work):
    from shutil import copytree

    home = work / "home" / "tiny"
    copytree(small_course.assignment.folder, home)
    done = grader("check", cwd=home)
    assert done.returncode == 1
    assert "not attempted" in done.stdout
    (home / "tiny.py").write_text(RIGHT)
    done = grader("check", "-k", "gradient", cwd=home)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_debug_runs_in_this_process_with_a_working_breakpoint(small_course, work):
    folder = work / "class" / "ann"
    (folder / "tiny.py").write_text(RIGHT.replace("return", "breakpoint(); return"))
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check", "tiny", "-k", "value", "--debug", "--dir", str(folder)],
        cwd=small_course.course.root,
        input="p 'in ' + 'the debugger'\ncontinue\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "in the debugger" in done.stdout
    assert done.returncode == 0, done.stdout


def test_checks_run_under_bare_pytest(small_course, work):
    checks = str(small_course.assignment.visible_checks)
    command = [sys.executable, "-m", "pytest", "-q", "--submission", str(work / "class" / "bob"), checks]
    done = subprocess.run(command, cwd=small_course.course.root, capture_output=True, text=True, check=False)
    assert "You summed." in done.stdout
    assert "2 failed" in done.stdout  # bare pytest knows nothing of `depends`


def test_prove_holds_a_good_assignment_and_names_what_does_not_hold(make_course, tmp_path):
    small = make_course(
        tmp_path, more={"solutions/tiny/wrong/sums.py": WRONG_VARIANT.format("test_value, test_gradient")}
    )
    done = grader("prove", "tiny", cwd=small.course.root)
    assert "test_gradient does not reject it (skipped)" in done.stdout
    assert done.returncode == 1
    (tmp_path / "solutions/tiny/wrong/sums.py").write_text(WRONG_VARIANT.format("test_value"))
    (tmp_path / "solutions/tiny/wrong/detached.py").write_text(
        '"""Detaches.\n\nmodule: tiny\nrejected by: test_gradient\n"""\n'
        "def mse_loss(p, t): return ((p - t) ** 2).mean().detach()\n"
    )
    (tmp_path / "solutions/tiny/right").mkdir()
    (tmp_path / "solutions/tiny/right/other.py").write_text(f'"""Other.\n\nmodule: tiny\n"""\n{RIGHT}')
    done = grader("prove", "tiny", cwd=small.course.root)
    assert done.returncode == 0, done.stdout
    assert "10 of 10 claims hold" in done.stdout
    stub = tmp_path / "assignments" / "tiny" / "tiny.py"
    stub.write_text(stub.read_text() + "# drifted\n")
    done = grader("prove", "tiny", cwd=small.course.root)
    assert done.returncode == 1
    assert "✗ stubs are what the reference releases" in done.stdout


def test_doctor_names_versions_and_the_level(small_course):
    done = grader("doctor", cwd=small_course.course.root)
    assert done.returncode == 0
    for word in ("torch", "CUDA", "seed", "confinement"):
        assert word in done.stdout
