"""A check leaves nothing behind for the next, and the same seed gives the same draws."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import torch

from grader.remote import SubmissionProxy
from grader.sandbox.engines import Engine, Worker
from grader.sandbox.seeds import derive_seed

Open = Callable[..., SubmissionProxy]


def test_a_module_level_variable_is_fresh_in_each_check(open_check: Open) -> None:
    first = open_check()
    assert [first.count(), first.count()] == [1, 2]
    assert open_check().count() == 1


def test_a_file_left_by_one_check_is_gone_in_the_next(open_check: Open, engine: Engine) -> None:
    if not engine.forks:
        pytest.skip("a plain subprocess keeps its folder")
    assert open_check().leave_file("cache.txt") is False
    assert open_check().leave_file("cache.txt") is False


def test_the_same_seed_gives_the_same_draws(open_check: Open) -> None:
    a, b, c = (open_check(seed).draws() for seed in (5, 5, 6))
    assert a[:2] == b[:2]
    assert torch.equal(a[2], b[2])
    assert a[0] != c[0]
    assert a[1] != c[1]
    assert not torch.equal(a[2], c[2])


def test_the_workers_draws_are_not_the_checks(open_check: Open) -> None:
    check = derive_seed(b"course", "check", "hw", "1.0", "test_x")
    worker = derive_seed(b"course", "worker", "hw", "1.0", "test_x")
    assert check != worker
    torch.manual_seed(check)
    assert not torch.equal(open_check(worker).draws()[2], torch.rand(3))


def test_the_environment_holds_nothing_of_ours(
    open_check: Open, worker: Worker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TEST_TOKEN", "secret")
    if not engine.forks:
        worker.kill()  # so that the next one is started with this environment
    found = open_check().environment()
    assert "secret" not in found.values()
    assert found["PYTHONHASHSEED"] == "0"
    if engine.forks:
        assert set(found) <= {
            "HOME",
            "USER",
            "TMPDIR",
            "PATH",
            "LC_ALL",
            "OMP_NUM_THREADS",
            "CUBLAS_WORKSPACE_CONFIG",
            "PYTHONHASHSEED",
            "CUDA_VISIBLE_DEVICES",
        }
        assert found["HOME"] != os.environ.get("HOME")


def test_every_knob_of_determinism_is_set(open_check: Open) -> None:
    assert open_check().knobs() == {
        "threads": 1,
        "deterministic": True,
        "cudnn": (True, False),
        "workspace": ":4096:8",
        "tf32": "ieee",
    }


def test_what_the_import_printed_is_kept_apart(open_check: Open, worker: Worker, engine: Engine) -> None:
    submission = open_check()
    submission.say("now")
    assert worker.import_output == "a line at import\n"
    if engine.forks:
        assert submission.stdout() == "now\n"
