"""Do the tiers of a trained model keep their distance from their references, from each other and from baselines?"""

from __future__ import annotations

import importlib.util
import math
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, ModelPart
from grader.checkers.metrics import measure
from grader.datasets import Dataset, Split, load_dataset
from grader.errors import ContentError
from grader.sandbox.seeding import seed_everything, set_determinism
from grader.training.student import model_code

BASELINES = "baselines.py"
REFERENCE = "the reference, model.py"


@dataclass(frozen=True)
class Measured:
    """The metric of one way to predict: rows are training seeds, columns are splits.

    seconds: of CPU time, for one training.
    """

    name: str
    values: tuple[tuple[float, ...], ...]
    seconds: float = 0.0

    @property
    def mean(self) -> float:
        """Over all seeds and splits."""
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


@dataclass(frozen=True)
class TierProof:
    """What was measured: trivial baselines, each tier's reference, and the assignment's own reference."""

    part: ModelPart
    baselines: tuple[Measured, ...]
    tiers: tuple[Measured, ...]
    reference: Measured

    def table(self) -> str:
        """Markdown, for the data set's card."""
        lines = [
            f"| | {self.part.metric} | σ over seeds | SE over splits | 2√(SE² + σ²) | threshold | CPU seconds |",
            "|---|---|---|---|---|---|---|",
        ]
        thresholds = {tier.name: f"{tier.threshold:g}" for tier in self.part.tiers}
        for m in (*self.baselines, *self.tiers, self.reference):
            spread = f"{m.sigma_seed:.3f}" if len(m.values) > 1 else "–"
            seconds = f"{m.seconds:.1f}" if m.seconds else "–"
            cells = (f"{m.mean:.3f}", spread, f"{m.standard_error:.3f}", f"{m.margin:.3f}")
            lines.append(f"| {' | '.join((m.name, *cells, thresholds.get(m.name, '–'), seconds))} |")
        return "\n".join(lines)

    def faults(self) -> list[str]:
        """What is too near to what; empty if every threshold keeps its distance."""
        sign = 1 if self.part.higher_is_better else -1
        found = []
        below = self.baselines
        for tier, own in zip(self.part.tiers, self.tiers, strict=True):
            if sign * (own.mean - tier.threshold) < own.margin:
                found.append(f"{tier.name}: {tier.threshold:g} is too near to its own reference")
            for worse in below:
                if sign * (tier.threshold - worse.mean) < worse.margin:
                    found.append(f"{tier.name}: {tier.threshold:g} is too near to '{worse.name}'")
            below = (own,)
        if sign * (self.reference.mean - self.part.tiers[-1].threshold) < self.reference.margin:
            found.append("the reference does not reach the last tier safely")
        return found


def _deviation(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else 0.0


@dataclass(frozen=True)
class _Training:
    file: Path
    folder: Path  # of the data set
    data: Path
    seed: int
    splits: int
    metric: str


def prove_tiers(
    assignment: Assignment,
    dataset_folder: Path,
    cache: Path,
    *,
    seeds: int,
    splits: int,
    jobs: int,
    progress: Callable[[str], None],
) -> TierProof:
    """Train ``solutions/<slug>/tiers/<tier>.py`` and the reference with ``seeds`` seeds; score all on all splits.

    Raises ContentError where a tier's file or the data set's baselines are missing.
    """
    part, solution = assignment.model, assignment.solution
    if part is None or solution is None:
        raise ContentError(f"{assignment.folder}: has no trained model or no solution here, so no tiers to prove")
    files = {tier.name: solution / "tiers" / f"{tier.name}.py" for tier in part.tiers}
    files[REFERENCE] = solution / f"{part.module}.py"
    for file in files.values():
        if not file.is_file():
            raise ContentError(f"{file} is missing; write the model that reaches this tier and not the next one")
    dataset = load_dataset(dataset_folder)
    data = dataset.prepare(cache)
    trivial = _baselines(dataset, data, splits, part.metric)
    wanted = {
        (name, seed): _Training(file, dataset_folder, data, seed, splits, part.metric)
        for seed in range(seeds)
        for name, file in files.items()
    }
    scores, seconds = {}, {}
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_train_and_score, training): key for key, training in wanted.items()}
        try:
            for done in as_completed(running):
                key = running[done]
                scores[key], seconds[key] = done.result()
                progress(f"{key[0]}, seed {key[1]}: {statistics.fmean(scores[key]):.4f} in {seconds[key]:.1f} s of CPU")
        except BaseException:  # Ctrl-C, too: not one more training is begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    measured = {
        name: Measured(
            name,
            tuple(scores[name, seed] for seed in range(seeds)),
            statistics.fmean(seconds[name, seed] for seed in range(seeds)),
        )
        for name in files
    }
    return TierProof(part, trivial, tuple(measured[tier.name] for tier in part.tiers), measured[REFERENCE])


def _splits(dataset: Dataset, count: int) -> Iterator[Split]:
    return (dataset.split(seed) for seed in range(1, count + 1))


def _train_and_score(training: _Training) -> tuple[tuple[float, ...], float]:
    set_determinism()
    seed_everything(training.seed)
    with model_code(training.file.parent, training.file.stem) as code:
        start = time.process_time()
        model = code.build_model()
        code.train(model, training.data, seed=training.seed, device="cpu", log=lambda name, value, step: None)
        seconds = time.process_time() - start
        model.eval()
        drawn = _splits(load_dataset(training.folder), training.splits)
        return tuple(measure(training.metric, code.predict(model, s.inputs), s.targets) for s in drawn), seconds


def _baselines(dataset: Dataset, data: Path, splits: int, metric: str) -> tuple[Measured, ...]:
    path = dataset.folder / BASELINES
    spec = importlib.util.spec_from_file_location(f"grader_baselines_{dataset.about.name}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise ContentError(f"{path} is missing; define baselines(data): a name -> a function of inputs")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ways: Mapping[str, Callable[[Any], Any]] = module.baselines(data)
    drawn = list(_splits(dataset, splits))
    return tuple(
        Measured(name, (tuple(measure(metric, way(s.inputs), s.targets) for s in drawn),)) for name, way in ways.items()
    )
