"""No state of a check file survives from one submission to the next, nor of student code from check to check."""

from __future__ import annotations

from grader.verdict import Verdict

CHECKS = '''
import functools, os, pytest, torch
from hypothesis import given, settings, strategies as st

SEEN = []

@functools.cache
def cached(x):
    SEEN.append("cache")
    return []

@pytest.fixture(scope="module")
def wide():
    return []

@pytest.fixture(scope="session")
def widest():
    return []

@pytest.mark.points(1)
def test_remembers(submission, wide, widest):
    """a check that tries to remember the submission before"""
    value = submission.mse_loss(torch.ones(3), torch.zeros(3)).item()
    for kept in (SEEN, cached(0), wide, widest, torch.__dict__.setdefault("left_behind", [])):
        assert "value" not in kept
        kept.append("value")
    assert os.environ.setdefault("LEFT_BEHIND", "x") == "x"

@pytest.mark.points(1)
def test_wide_fixture_is_shared_within_a_submission(submission, wide):
    """wide fixtures work"""
    submission.mse_loss(torch.ones(3), torch.zeros(3))

@pytest.mark.points(1)
def test_property(submission):
    """a property of mse_loss"""
    @settings(max_examples=20)
    @given(st.floats(0.0, 10.0))
    def holds(x):
        assert submission.mse_loss(torch.tensor([x]), torch.zeros(1)) >= 0
        assert submission.mse_loss(torch.tensor([x]), torch.zeros(1)) < 50
    holds()

@pytest.mark.points(1)
def test_module_variable(submission):
    """student code keeps a counter"""
    assert submission.count() == 1

@pytest.mark.points(1)
def test_module_variable_again(submission):
    """student code keeps a counter, once more"""
    assert submission.count() == 1
'''
REFERENCE = """
COUNT = 0


def mse_loss(pred, target):
    ### BEGIN SOLUTION
    return ((pred - target) ** 2).mean().clamp(max=40)
    ### END SOLUTION


def count():
    ### BEGIN SOLUTION
    global COUNT
    COUNT += 1
    return COUNT
    ### END SOLUTION
"""
MANIFEST = 'format = 1\nslug = "tiny"\ntitle = "T"\nversion = "1"\npoints = 5\nmodules = ["tiny"]\n'


def test_each_submission_meets_fresh_checks_and_each_check_a_fresh_module(make_course, tmp_path, student):
    small = make_course(tmp_path, checks=CHECKS, manifest=MANIFEST, reference=REFERENCE)
    runner = small.runner()
    wrong = REFERENCE.replace(".clamp(max=40)", "")
    try:
        first, failing, failing_again, last = (runner.grade(student(s)) for s in (REFERENCE, wrong, wrong, REFERENCE))
    finally:
        runner.close()
    assert [r.verdict for r in first.results] == [Verdict.PASSED] * 5
    assert last.results == first.results
    assert failing.results[2].verdict is Verdict.FAILED
    assert failing.results == failing_again.results  # not even an example of hypothesis is remembered
