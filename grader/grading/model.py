"""Scoring a trained model: weights are loaded and predictions made in the worker, the metric is computed here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.assignment import Assignment, ModelPart, Tier
from grader.checkers import CheckFailed
from grader.checkers.metrics import measure
from grader.grading.judge import Finding, judge
from grader.grading.messages import Check
from grader.grading.wording import bounded, normalised
from grader.remote import SubmissionProxy
from grader.report import CheckResult, CheckTiming, TrainingResult
from grader.sandbox.engines import Worker
from grader.sandbox.faults import EngineFailed, Fault, StudentRaised
from grader.sandbox.seeds import derive_seed
from grader.submission import Submission
from grader.verdict import Verdict

MEMBER = "model::"  # tiers are named model::<tier> beside the checks
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@dataclass(frozen=True)
class HeldOut:
    """A test split: inputs for the worker, targets for us."""

    inputs: Any
    targets: Any


@dataclass(frozen=True)
class ModelOutcome:
    """The results of all tiers, the measured value, what it cost."""

    results: tuple[CheckResult, ...]
    training: TrainingResult
    timing: CheckTiming
    suspect: bool


def split_seed(assignment: Assignment, course_seed: bytes) -> int:
    """Which hidden split is drawn; follows from the course seed alone, so that all are scored on one split."""
    return derive_seed(course_seed, "split", assignment.slug, assignment.version)


def tier_check(part: ModelPart, tier: Tier) -> Check:
    """A tier, seen as a check."""
    sign = "≥" if part.higher_is_better else "≤"
    title = f"Trained model: {tier.name} ({part.metric} {sign} {tier.threshold:g})"
    return Check(f"{MEMBER}{tier.name}", title, tier.points, False, (), (), part.limits)


def score_model(
    assignment: Assignment,
    worker: Worker,
    submission: Submission,
    held_out: HeldOut | None,
    course_seed: bytes,
) -> ModelOutcome:
    """Score the submission's checkpoint on ``held_out``; never raises for what the student did."""
    part = assignment.model
    assert part is not None
    start = time.monotonic()
    value, finding, stdout, cpu, memory = None, None, "", 0.0, 0.0
    if submission.unreadable:
        finding = Finding(Verdict.GRADER_ERROR, submission.unreadable)
    elif held_out is None:
        finding = Finding(Verdict.GRADER_ERROR, f"the data set {part.dataset} could not be read")
    else:
        weights = submission.files.get(part.weights)
        finding = _without_running(part, weights)
        if finding is None and weights is not None:
            value, finding, stdout, cpu, memory = _run(part, worker, weights, held_out, course_seed)
    results = tuple(_result(part, tier, value, finding, stdout) for tier in part.tiers)
    reached = part.reached(value)
    training = TrainingResult(part.metric, value, reached[-1].name if reached else None)
    timing = CheckTiming(time.monotonic() - start, max(0.0, cpu), max(0.0, memory))
    return ModelOutcome(results, training, timing, finding is not None and finding.suspect)


def _without_running(part: ModelPart, weights: bytes | None) -> Finding | None:
    if weights is None:
        text = f"{part.weights} was not handed in. Train your model with `grader train` and hand the file in."
        return Finding(Verdict.NOT_ATTEMPTED, text)
    if weights.startswith(_PICKLES):
        text = f"{part.weights} looks like a file of torch.save. Save it with safetensors.torch.save_model."
        return Finding(Verdict.FAILED, text)
    return None


def _run(
    part: ModelPart, worker: Worker, weights: bytes, held_out: HeldOut, course_seed: bytes
) -> tuple[float | None, Finding | None, str, float, float]:
    try:
        proxy = SubmissionProxy(worker, derive_seed(course_seed, "worker", part.dataset, part.module), part.limits)
    except (EngineFailed, Fault) as error:
        return None, judge(error, worker.launch.files), "", 0.0, 0.0
    value, finding = None, None
    try:
        failure = proxy.import_failure(part.module)
        if failure is not None:
            raise failure
        predictions = proxy.predict_trained(weights, held_out.inputs)
        value = round(measure(part.metric, predictions, held_out.targets), 6)
    except CheckFailed as error:
        finding = Finding(Verdict.FAILED, bounded(str(error)))
    except (StudentRaised, Fault) as error:
        finding = _explained(part, error, worker)
    stdout = bounded(normalised(proxy.stdout()), part.limits.output * 1024 + 100)
    cpu, memory = proxy.usage()
    proxy.close()
    return value, finding, stdout, cpu, memory


def _explained(part: ModelPart, error: StudentRaised | Fault, worker: Worker) -> Finding:
    if isinstance(error, StudentRaised) and error.type_name == "WeightsDoNotFit":
        text = f"{part.weights} does not fit the model that build_model() builds: {error.message}"
        return Finding(Verdict.FAILED, bounded(normalised(text)))
    return judge(error, worker.launch.files)


def _result(part: ModelPart, tier: Tier, value: float | None, finding: Finding | None, stdout: str) -> CheckResult:
    check = tier_check(part, tier)
    if finding is None:
        passed = tier in part.reached(value)
        sign = "at least" if part.higher_is_better else "at most"
        message = (
            "" if passed else f"your model's {part.metric} is {value:.4g}; this tier needs {sign} {tier.threshold:g}"
        )
        finding = Finding(Verdict.PASSED if passed else Verdict.FAILED, message)
    return CheckResult(
        check=check.id,
        title=check.title,
        verdict=finding.verdict,
        owner=finding.verdict.owner,
        points=tier.points if finding.verdict is Verdict.PASSED else Decimal(0),
        max_points=tier.points,
        visibility="visible",
        message=finding.message,
        stdout=stdout if tier is part.tiers[0] else "",  # printed once, not once a tier
    )
