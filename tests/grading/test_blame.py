"""Our own fault never costs a point: a doubtful verdict is confirmed with the reference."""

from __future__ import annotations

import pytest

from grader.verdict import Owner, Verdict

CHECKS = '''
import pytest, torch, time

@pytest.mark.points(1)
def test_backward(submission):
    """the result has a gradient"""
    x = torch.ones(3, requires_grad=True)
    submission.mse_loss(x, torch.zeros(3)).backward()     # raises here if the student detached

@pytest.mark.points(1)
def test_broken(submission):
    """a check that nobody can pass"""
    submission.mse_loss(torch.ones(3), torch.zeros(3))
    raise KeyError("the author's mistake")

@pytest.mark.points(1)
@pytest.mark.depends("test_broken")
def test_after_broken(submission):
    """a check behind a broken one"""

@pytest.mark.points(1)
def test_wrong_assertion(submission):
    """a check that asserts something false"""
    assert submission.mse_loss(torch.ones(3), torch.zeros(3)) == 7

@pytest.mark.points(1)
def test_twice(submission):
    """a check that asks for second derivatives over the boundary"""
    x = torch.ones(3, requires_grad=True)
    torch.autograd.grad(submission.mse_loss(x, torch.zeros(3)), x, create_graph=True)

@pytest.mark.points(1)
def test_hangs_on_odd_values(submission):
    """a check that never ends on a negative value"""
    if submission.mse_loss(torch.ones(3), torch.zeros(3)) < 0:
        while True:
            time.sleep(1)

@pytest.mark.points(1)
def test_dies_on_odd_values(submission):
    """a check that kills its process on a negative value"""
    import os
    if submission.mse_loss(torch.ones(3), torch.zeros(3)) < 0:
        os.abort()
'''
MANIFEST = 'format = 1\nslug = "tiny"\ntitle = "T"\nversion = "1"\npoints = 7\nmodules = ["tiny"]\n[limits]\nwall = 2\n'
RIGHT = "def mse_loss(pred, target): return ((pred - target) ** 2).mean()"


@pytest.fixture(scope="module")
def runner(make_course, tmp_path_factory):
    from grader.runner import local

    small = make_course(tmp_path_factory.mktemp("blame"), checks=CHECKS, manifest=MANIFEST)
    grace, local.GRACE_SECONDS = local.GRACE_SECONDS, 1.0
    runner = small.runner()
    yield runner
    runner.close()
    local.GRACE_SECONDS = grace


def results(graded):
    return {r.check.split("::test_")[1]: r for r in graded.results}


def test_a_check_that_stops_on_what_the_student_returned_is_the_students(runner, student):
    found = results(runner.grade(student("def mse_loss(p, t): return ((p - t) ** 2).mean().detach()")))
    assert found["backward"].verdict is Verdict.FAILED
    assert "does not require grad" in found["backward"].message


def test_a_check_that_the_reference_does_not_pass_is_ours(runner, student):
    found = results(runner.grade(student(RIGHT)))
    assert found["backward"].verdict is Verdict.PASSED
    for name in ("broken", "wrong_assertion", "twice"):
        assert (found[name].verdict, found[name].owner) == (Verdict.GRADER_ERROR, Owner.GRADER)
    assert "create_graph=True cannot cross" in found["twice"].message


def test_a_check_behind_a_broken_one_is_skipped_at_our_cost(runner, student):
    found = results(runner.grade(student(RIGHT)))
    assert (found["after_broken"].verdict, found["after_broken"].owner) == (Verdict.SKIPPED, Owner.GRADER)


def test_trusted_work_that_a_students_values_keep_busy_for_ever_ends_as_theirs(runner, student):
    found = results(runner.grade(student("def mse_loss(p, t): return -((p - t) ** 2).mean()")))
    assert (found["hangs_on_odd_values"].verdict, found["hangs_on_odd_values"].owner) == (
        Verdict.TIMEOUT,
        Owner.STUDENT,
    )
    assert (found["dies_on_odd_values"].verdict, found["dies_on_odd_values"].owner) == (Verdict.CRASHED, Owner.STUDENT)
    assert found["backward"].verdict is Verdict.PASSED
