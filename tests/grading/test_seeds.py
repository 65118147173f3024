"""Seeds differ between the sides, from check to check and from course to course; a worker never sees a check's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.seeds import derive_seed, fingerprint

CHECKS = '''
import pytest, random, numpy, torch

@pytest.mark.points(1)
def test_draws(submission, rng):
    """what both sides draw"""
    mine = [rng.initial_seed(), torch.initial_seed(), int(numpy.random.randint(1 << 30)), random.randrange(1 << 30)]
    theirs = submission.mse_loss(0, 0)
    assert False, f"{mine} {theirs}"

@pytest.mark.points(1)
def test_draws_again(submission, rng):
    """what both sides draw in another check"""
    mine = [rng.initial_seed(), torch.initial_seed(), int(numpy.random.randint(1 << 30)), random.randrange(1 << 30)]
    theirs = submission.mse_loss(0, 0)
    assert False, f"{mine} {theirs}"
'''
REFERENCE = """
def mse_loss(p, t):
    ### BEGIN SOLUTION
    return 0
    ### END SOLUTION
"""
DRAWS = """
import random, numpy, torch
def mse_loss(p, t):
    return [torch.initial_seed(), int(numpy.random.randint(1 << 30)), random.randrange(1 << 30)]
"""
MANIFEST = 'format = 1\nslug = "tiny"\ntitle = "T"\nversion = "1"\npoints = 2\nmodules = ["tiny"]\n'


@given(st.binary(min_size=1), st.text())
def test_the_two_sides_never_share_a_seed(course_seed, scope):
    assert derive_seed(course_seed, "check", scope) != derive_seed(course_seed, "worker", scope)
    assert 0 <= derive_seed(course_seed, "check", scope) < 1 << 63


@given(st.binary(), st.binary())
def test_the_fingerprint_tells_seeds_apart_and_holds_none(a, b):
    assert (fingerprint(a) == fingerprint(b)) == (a == b)
    assert len(fingerprint(a)) == 16


def test_draws_repeat_under_one_course_seed_and_differ_under_another(make_course, tmp_path, student):
    small = make_course(tmp_path, checks=CHECKS, manifest=MANIFEST, reference=REFERENCE)
    seen = []
    for seed in (b"one", b"one", b"two"):
        runner = small.runner(seed)
        try:
            seen.append([r.message for r in runner.grade(student(DRAWS)).results])
        finally:
            runner.close()
    assert seen[0] == seen[1]
    numbers = [
        int(n)
        for messages in (seen[0], seen[2])
        for m in messages
        for n in m.replace("]", "").replace("[", "").replace(",", "").split()
        if n.isdigit()
    ]
    drawn = [n for n in numbers if n > 1000]
    shared = len(drawn) - len(set(drawn))
    assert shared == 4  # rng and torch's own generator of the checking side are seeded alike, once for each check
