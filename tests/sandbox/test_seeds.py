"""Seeds of the two sides are far apart, and the environment of a worker is fixed."""

from __future__ import annotations

import random

import numpy as np
import torch

from grader.sandbox.seeding import loader_generator, seed_everything, seed_loader_worker
from grader.sandbox.seeds import DETERMINISM_ENVIRONMENT, PUBLIC_COURSE_SEED, derive_seed, fingerprint


def test_a_seed_depends_on_course_side_and_scope() -> None:
    seeds = {
        derive_seed(course, side, *scope)
        for course in (b"a", b"b")
        for side in ("check", "worker")
        for scope in (("hw", "1"), ("hw1", ""), ("hw", "1", "x"))
    }
    assert len(seeds) == 12
    assert all(0 <= seed < 1 << 63 for seed in seeds)


def test_the_public_seed_never_changes() -> None:
    assert derive_seed(PUBLIC_COURSE_SEED, "check", "hw1", "1.0", "test_f.py::test_f") == 2492022592060266095
    assert fingerprint(PUBLIC_COURSE_SEED) == "3f59c662ec25e1cb"


def test_seeding_repeats_every_source_of_draws() -> None:
    def draws() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), torch.rand(1).item()

    seed_everything(1 << 62)
    first = draws()
    seed_everything(1 << 62)
    assert draws() == first
    seed_everything(5)
    assert draws() != first


def test_a_loaders_workers_are_seeded_from_torch() -> None:
    assert torch.equal(torch.rand(2, generator=loader_generator(3)), torch.rand(2, generator=loader_generator(3)))
    torch.manual_seed(4)
    seed_loader_worker(0)
    first = random.random(), np.random.rand()
    torch.manual_seed(4)
    seed_loader_worker(1)
    assert (random.random(), np.random.rand()) == first


def test_hashes_and_threads_are_fixed_before_the_start() -> None:
    assert DETERMINISM_ENVIRONMENT["PYTHONHASHSEED"] == "0"
    assert {DETERMINISM_ENVIRONMENT[f"{name}_NUM_THREADS"] for name in ("OMP", "MKL", "OPENBLAS")} == {"1"}
