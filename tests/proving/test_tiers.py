"""Tiers: the margin, the table, and every way in which a threshold can be too near."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from grader.assignment import ModelPart, Tier
from grader.limits import Limits
from grader.proving.tiers import Measured, TierProof


def part(metric: str, *thresholds: float) -> ModelPart:
    names = ("simple", "medium", "strong", "boss")
    tiers = tuple(Tier(name, value, Decimal(10)) for name, value in zip(names, thresholds, strict=False))
    return ModelPart("model", "model.safetensors", "data", metric, Limits(), tiers)


def exactly(value: float, name: str = "x") -> Measured:
    return Measured(name, ((value, value), (value, value)))


def test_the_margin_is_twice_the_joint_deviation():
    # Means over splits: 2 and 4, deviation √2. Means over seeds: 1, 5, deviation √8. 2 √(2 + 8).
    measured = Measured("x", ((0.0, 4.0), (2.0, 6.0)))
    assert measured.mean == 3.0
    assert measured.margin == pytest.approx(2 * 10**0.5)


def test_tiers_that_keep_their_distance_have_no_fault():
    rising = TierProof(part("accuracy", 0.5, 0.7), (exactly(0.1),), (exactly(0.6), exactly(0.8)), exactly(0.9))
    falling = TierProof(part("rmse", 2.0, 1.0), (exactly(3.0),), (exactly(1.5), exactly(0.5)), exactly(0.4))
    assert rising.faults() == falling.faults() == []


@pytest.mark.parametrize(
    ("baseline", "simple", "medium", "reference", "fault"),
    [
        (0.55, 0.6, 0.8, 0.9, "simple: 0.5 is too near to 'mean'"),
        (0.1, 0.45, 0.8, 0.9, "simple: 0.5 is too near to its own reference"),
        (0.1, 0.75, 0.8, 0.9, "medium: 0.7 is too near to 'simple'"),
        (0.1, 0.6, 0.8, 0.6, "the reference does not reach the last tier safely"),
    ],
)
def test_what_is_too_near_is_named(baseline: float, simple: float, medium: float, reference: float, fault: str):
    tiers = (exactly(simple, "simple"), exactly(medium, "medium"))
    proof = TierProof(part("accuracy", 0.5, 0.7), (exactly(baseline, "mean"),), tiers, exactly(reference))
    assert proof.faults() == [fault]


def test_a_wide_spread_is_too_near():
    loose = Measured("simple", ((0.5, 0.7), (0.5, 0.7)))  # mean 0.6, SE 0.14
    proof = TierProof(part("accuracy", 0.5), (exactly(0.1),), (loose,), exactly(0.9))
    assert proof.faults() == ["simple: 0.5 is too near to its own reference"]


def test_the_table_has_a_line_for_everything_measured():
    proof = TierProof(part("rmse", 2.0), (exactly(3.0, "mean"),), (exactly(1.5, "simple"),), exactly(1.0, "model.py"))
    lines = proof.table().splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["mean", "simple", "model.py"]
    assert "| 2 |" in lines[3]


@pytest.mark.heavy
@pytest.mark.parametrize("slug", sorted(p.parent.name for p in Path(__file__).parents[2].glob("solutions/*/tiers")))
def test_every_threshold_of_the_course_keeps_its_distance(slug: str, tmp_path: Path):
    from grader.assignment import Course
    from grader.proving.tiers import prove_tiers

    course = Course(Path(__file__).parents[2])
    assignment = course.assignment(slug)
    folder = course.dataset(assignment.model.dataset)
    proof = prove_tiers(assignment, folder, tmp_path, seeds=5, splits=10, jobs=2, progress=print)
    assert not proof.faults(), proof.table()
