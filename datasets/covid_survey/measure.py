"""Measures every tier's reference and the trivial baselines; README.md beside this file holds the result.

    python datasets/covid_survey/measure.py

Exit code 1 if a threshold of hw1_regression is too near to a reference or to a baseline. About a minute.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from grader.assignment import find_course
from grader.checkers.metrics import rmse
from grader.datasets import Split, load_dataset
from grader.sandbox.seeding import seed_everything, set_determinism
from grader.training.student import model_code

SLUG = "hw1_regression"
TWO_DAYS_AGO, YESTERDAY = 57, 75
Predictor = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Measured:
    """RMSE of one way to predict: rows are training seeds, columns are splits.

    seconds: of one training.
    """

    name: str
    values: tuple[tuple[float, ...], ...]
    seconds: float = 0.0

    @property
    def mean(self) -> float:
        return statistics.fmean(v for row in self.values for v in row)

    @property
    def sigma_seed(self) -> float:
        """Deviation over training seeds, the splits averaged."""
        return _deviation([statistics.fmean(row) for row in self.values])

    @property
    def standard_error(self) -> float:
        """Deviation over splits, the seeds averaged: what one fresh split makes of the same model."""
        return _deviation([statistics.fmean(column) for column in zip(*self.values, strict=True)])

    @property
    def margin(self) -> float:
        """How far a threshold must stay away: 2 √(SE² + σ_seed²)."""
        return 2 * math.hypot(self.standard_error, self.sigma_seed)


def _deviation(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else 0.0


def baselines(data: Path, splits: Sequence[Split], simple: Path) -> Iterator[Measured]:
    """What needs no skill, and a mistake: it must not reach the first tier."""
    rows = torch.tensor(_rows(data / "covid.train.csv"), dtype=torch.float32)
    mean = rows[:, -1].mean()
    ways: dict[str, Predictor] = {
        "mean of the training targets": lambda x: mean.expand(len(x)).clone(),
        "persistence: as yesterday": lambda x: x[:, YESTERDAY],
        "the last change goes on": lambda x: 2 * x[:, YESTERDAY] - x[:, TWO_DAYS_AGO],
    }
    for name, predict in ways.items():
        yield Measured(name, (tuple(rmse(predict(s.inputs), s.targets) for s in splits),))
    with model_code(simple.parent, simple.stem) as code:
        model = _trained(code, data, 0)
        values = []
        for split in splits:  # the split's own statistics in place of the training data's
            chosen = split.inputs[:, (TWO_DAYS_AGO, YESTERDAY)]
            model.mean, model.std = chosen.mean(0), chosen.std(0)
            values.append(rmse(code.predict(model, split.inputs), split.targets))
    yield Measured("simple, but each split scaled by its own mean", (tuple(values),))


def measure(model_file: Path, name: str, data: Path, splits: Sequence[Split], seeds: int) -> Measured:
    """Trains ``model_file`` once a seed and scores every model on every split."""
    values, start, training = [], 0.0, 0.0
    with model_code(model_file.parent, model_file.stem) as code:
        for seed in range(seeds):
            start = time.perf_counter()
            model = _trained(code, data, seed)
            training += time.perf_counter() - start
            values.append(tuple(rmse(code.predict(model, s.inputs), s.targets) for s in splits))
    return Measured(name, tuple(values), training / seeds)


def _trained(code, data: Path, seed: int) -> torch.nn.Module:
    seed_everything(seed)
    model = code.build_model()
    code.train(model, data, seed=seed, device="cpu", log=lambda name, value, step: None)
    return model


def _rows(path: Path) -> list[list[float]]:
    return [[float(cell) for cell in line.split(",")] for line in path.read_text().splitlines()[1:]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="training seeds 0, 1, …")
    parser.add_argument("--splits", type=int, default=10, help="split seeds 1, 2, …")
    chosen = parser.parse_args(arguments)
    course = find_course(Path(__file__).parent)
    part, solution = course.assignment(SLUG).model, course.root / "solutions" / SLUG
    assert part is not None
    dataset = load_dataset(Path(__file__).parent)
    splits = [dataset.split(seed) for seed in range(1, chosen.splits + 1)]
    set_determinism()
    with tempfile.TemporaryDirectory() as cache:
        data = dataset.prepare(Path(cache))
        trivial = list(baselines(data, splits, solution / "tiers" / "simple.py"))
        tiers = [measure(solution / "tiers" / f"{t.name}.py", t.name, data, splits, chosen.seeds) for t in part.tiers]
        reference = measure(solution / "model.py", "the reference, model.py", data, splits, chosen.seeds)

    print("| | RMSE | σ over seeds | SE over splits | 2√(SE² + σ²) | threshold | seconds |")
    print("|---|---|---|---|---|---|---|")
    thresholds = {tier.name: f"{tier.threshold:g}" for tier in part.tiers}
    for m in [*trivial, *tiers, reference]:
        spread = f"{m.sigma_seed:.3f}" if len(m.values) > 1 else "–"
        seconds = f"{m.seconds:.1f}" if m.seconds else "–"
        limit = thresholds.get(m.name, "–")
        print(f"| {m.name} | {m.mean:.3f} | {spread} | {m.standard_error:.3f} | {m.margin:.3f} | {limit} | {seconds} |")

    faults = []
    below = trivial
    for tier, reached in zip(part.tiers, tiers, strict=True):
        if reached.mean + reached.margin > tier.threshold:
            faults.append(f"{tier.name}: {tier.threshold:g} is too near to its own reference")
        for worse in below:
            if worse.mean - worse.margin < tier.threshold:
                faults.append(f"{tier.name}: {tier.threshold:g} is too near to '{worse.name}'")
        below = [reached]
    if reference.mean + reference.margin > part.tiers[-1].threshold:
        faults.append("the reference does not reach the last tier safely")
    print("\n" + ("\n".join(faults) or "Every threshold keeps its distance."))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
