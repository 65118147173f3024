"""What comes of a submission: verdicts, blame, messages, points."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grader.verdict import Owner, Verdict

RIGHT = "def mse_loss(pred, target): return ((pred - target) ** 2).mean()"


def verdicts(graded):
    return {r.check.split("::test_")[1]: r.verdict for r in graded.results}


def test_a_right_submission_gets_every_point(small_runner, student):
    graded = small_runner.grade(student(RIGHT))
    assert [r.points for r in graded.results] == [Decimal(2), Decimal("1.5")]
    assert all(r.verdict is Verdict.PASSED and r.owner is Owner.NONE for r in graded.results)


def test_a_wrong_value_fails_names_the_mistake_and_skips_what_depends_on_it(small_runner, student):
    graded = small_runner.grade(student("def mse_loss(pred, target): return ((pred - target) ** 2).sum()"))
    assert verdicts(graded) == {"value": Verdict.FAILED, "gradient": Verdict.SKIPPED}
    assert graded.results[0].message.startswith("You summed.")
    assert graded.results[0].hint == "Sum or mean?"
    assert graded.results[1].owner is Owner.STUDENT


@pytest.mark.parametrize(
    ("source", "verdict", "words"),
    [
        ("def mse_loss(p, t): raise NotImplementedError", Verdict.NOT_ATTEMPTED, "not implemented yet"),
        ("def mse(p, t): return 0", Verdict.NOT_ATTEMPTED, "defines no `mse_loss`"),
        ("def mse_loss(p, t) return 1", Verdict.RAISED, "SyntaxError"),
        ("import no_such_module", Verdict.RAISED, "No module named 'no_such_module'"),
        ("def mse_loss(p, t): return p.nope", Verdict.RAISED, "tiny.py, line 1, in mse_loss"),
        ("import sys\ndef mse_loss(p, t): sys.exit(0)", Verdict.RAISED, "SystemExit"),
        ("import os; os._exit(0)", Verdict.CRASHED, "the import of tiny.py"),
        ("import os\ndef mse_loss(p, t): os._exit(0)", Verdict.CRASHED, "the call of mse_loss"),
        ("import ctypes\ndef mse_loss(p, t): ctypes.string_at(0)", Verdict.CRASHED, "SIGSEGV"),
        ("while True: pass", Verdict.TIMEOUT, "the import of tiny.py"),
        ("def mse_loss(p, t):\n    while True: pass", Verdict.TIMEOUT, "the call of mse_loss"),
        ("import torch\ndef mse_loss(p, t): return torch.ones(1 << 34)", Verdict.OUT_OF_MEMORY, "ran out of memory"),
        ("def mse_loss(p, t): return {1, 2}", Verdict.FAILED, "set"),
        ("def mse_loss(p, t): return 1.0", Verdict.FAILED, "expected a tensor"),
        ("def mse_loss(p, t): return None", Verdict.FAILED, "None"),
    ],
)  # fmt: skip
def test_each_kind_of_failure_is_its_own_verdict_and_the_students(small_runner, student, source, verdict, words):
    first = small_runner.grade(student(source)).results[0]
    assert (first.verdict, first.owner, first.points) == (verdict, Owner.STUDENT, 0)
    assert words in first.message


@pytest.mark.parametrize(
    "source",
    [
        """
        import torch
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, f, types, args=(), kwargs=None): return True
        def mse_loss(p, t): return p.as_subclass(Liar)
        """,
        """
        import torch
        torch.allclose = torch.equal = lambda *a, **k: True
        torch.Tensor.__eq__ = lambda self, other: True
        def mse_loss(p, t): return p.sum() * 0
        """,
        """
        import sys
        def mse_loss(p, t):
            f = sys._getframe()
            while f:
                for v in f.f_locals.values():
                    if getattr(v, "shape", None) == () and v is not p: return v
                f = f.f_back
            return p.sum()
        """,
        "import os; os._exit(0)",
    ],
    ids=["a lying tensor subclass", "a patched allclose", "a frame walk", "os._exit(0)"],
)
def test_the_classic_attacks_earn_nothing(small_runner, student, source):
    graded = small_runner.grade(student(source))
    assert sum(r.points for r in graded.results) == 0
    assert all(r.owner is Owner.STUDENT for r in graded.results)


def test_what_a_student_prints_is_kept_and_costs_nothing(small_runner, student):
    noisy = "import warnings, sys\ndef mse_loss(p, t):\n    print('看', file=sys.stderr); warnings.warn('hm')\n    "
    graded = small_runner.grade(student(noisy + "return ((p - t) ** 2).mean()"))
    assert all(r.verdict is Verdict.PASSED for r in graded.results)
    assert "看" in graded.results[0].stdout
    assert "UserWarning: hm" in graded.results[0].stdout


def test_an_unreadable_submission_is_incomplete_and_never_zero(small_runner, student):
    from dataclasses import replace

    graded = small_runner.grade(replace(student(RIGHT), unreadable="two submissions of one name"))
    assert {r.owner for r in graded.results} == {Owner.GRADER}


def test_one_bad_module_does_not_sink_the_other(make_course, tmp_path):
    from grader.submission import Submission

    checks = '''
        import pytest
        @pytest.mark.points(1)
        def test_a(submission):
            """a"""
            assert submission.a() == 1
        @pytest.mark.points(1)
        def test_b(submission):
            """b"""
            assert submission.b() == 2
    '''
    manifest = 'format = 1\nslug = "tiny"\ntitle = "T"\nversion = "1"\npoints = 2\nmodules = ["one", "two"]\n'
    body = "    ### BEGIN SOLUTION\n    return {}\n    ### END SOLUTION\n"
    small = make_course(
        tmp_path,
        checks=checks,
        manifest=manifest,
        more={
            "solutions/tiny/one.py": "def a():\n" + body.format(1),
            "solutions/tiny/two.py": "def b():\n" + body.format(2),
        },
    )
    runner = small.runner()
    try:
        for bad in (b"def a(:", b"import os; os._exit(1)", b"while True: pass", b"1/0"):
            graded = runner.grade(Submission("ann", {"one.py": bad, "two.py": b"def b(): return 2"}))
            assert graded.results[0].verdict is not Verdict.PASSED
            assert graded.results[1].verdict is Verdict.PASSED
    finally:
        runner.close()


def test_a_driver_does_not_blame_a_missing_name_on_who_crashed_at_import(make_course, tmp_path):
    from grader.submission import Submission

    checks = """
        import pytest
        @pytest.mark.points(1)
        def test_a(submission):
            \"\"\"a\"\"\"
            assert submission.driver.twice() == 2
    """
    manifest = 'format = 1\nslug = "tiny"\ntitle = "T"\nversion = "1"\npoints = 1\nmodules = ["tiny"]\n'
    reference = "def a():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    drivers = {"assignments/tiny/checks/drivers.py": "def twice(student):\n    return 2 * student.a()\n"}
    runner = make_course(tmp_path, checks=checks, manifest=manifest, reference=reference, more=drivers).runner()
    try:
        found = [
            runner.grade(Submission("ann", {"tiny.py": source})).results[0].verdict
            for source in (b"def a(): return 1", b"import os; os._exit(0)", b"")
        ]
    finally:
        runner.close()
    assert found == [Verdict.PASSED, Verdict.CRASHED, Verdict.NOT_ATTEMPTED]
