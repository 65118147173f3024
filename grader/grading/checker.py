"""Running the collected checks against one submission, and settling each verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from _pytest.runner import runtestprotocol  # what pytest-xdist and others build on too

from grader.assignment import Assignment
from grader.grading.collect import FIRST_ERROR, Collected
from grader.grading.judge import Finding, judge
from grader.grading.messages import Check
from grader.grading.wording import bounded, normalised
from grader.pytest_plugin import SETTING, TRACE, Setting, Trace
from grader.remote.launch import launch_for, reference_submission
from grader.report import CheckResult, CheckTiming
from grader.sandbox.engines import Engine, Worker
from grader.submission import Submission
from grader.verdict import Owner, Verdict


@dataclass(frozen=True)
class Outcome:
    """A settled result, what it cost, and whether it should be tried once more alone."""

    result: CheckResult
    timing: CheckTiming
    suspect: bool = False
    confirmed: bool = False  # the reference passes this check under this seed


def skipped(check: Check, verdicts: Mapping[str, tuple[Verdict, Owner]]) -> CheckResult | None:
    """The result of a check that is not run because one that it depends on did not pass."""
    for needed in check.depends:
        verdict, owner = verdicts.get(needed, (Verdict.PASSED, Owner.NONE))
        if verdict is not Verdict.PASSED:
            return _result(
                check,
                Verdict.SKIPPED,
                f"not run, because {needed.split('::')[-1]} did not pass",
                owner=Owner.GRADER if owner is Owner.GRADER else Owner.STUDENT,
            )
    return None


def grader_error(check: Check, message: str) -> CheckResult:
    """A result that costs the student nothing and makes the report incomplete."""
    return _result(check, Verdict.GRADER_ERROR, message)


def student_fault(check: Check, verdict: Verdict, message: str) -> CheckResult:
    """A result that was found from outside, without an exception in the checking process."""
    return _result(check, verdict, message)


def _result(
    check: Check, verdict: Verdict, message: str = "", stdout: str = "", owner: Owner | None = None
) -> CheckResult:
    passed = verdict is Verdict.PASSED
    return CheckResult(
        check=check.id,
        title=check.title,
        verdict=verdict,
        owner=owner or verdict.owner,
        points=check.points if passed else check.points * 0,
        max_points=check.points,
        visibility="hidden" if check.hidden else "visible",
        message=message,
        hint="" if passed else "\n".join(check.hints),
        stdout=stdout,
    )


@dataclass(frozen=True)
class Ground:
    """What is the same for every submission of a batch. ``names`` are those of the stubs, with their modules."""

    assignment: Assignment
    names: Mapping[str, str]
    collected: Collected
    engine: Engine
    course_seed: bytes

    def worker(self, submission: Submission) -> Worker:
        """A worker for a submission, not started yet."""
        model = [self.assignment.model.limits] if self.assignment.model else []
        limits = self.assignment.limits.widened([*(check.limits for check in self.collected.checks), *model])
        launch = launch_for(self.assignment, self.names, limits, submission, self.course_seed)
        return Worker(self.engine, launch)


@dataclass
class Checker:
    """Runs checks of one submission; the same for a class and for a student at home."""

    ground: Ground
    submission: Submission
    confirmed: set[str] = field(default_factory=set)  # checks that the reference passes under this seed
    alone: bool = False  # nothing else is graded: what looks like the machine's doing can be repeated at once

    def __post_init__(self) -> None:
        self.worker = self.ground.worker(self.submission)
        self._reference: Worker | None = None

    def stand_in_reference(self) -> None:
        """Run the reference in the submission's place, to see whether a check can be passed at all."""
        reference = reference_submission(self.ground.assignment)
        if reference is not None:
            self.submission = reference
            self.worker = self.ground.worker(reference)

    def run(
        self,
        wanted: Collection[str] | None = None,
        known: Mapping[str, CheckResult] | None = None,
        before: Callable[[Check], None] = lambda check: None,
    ) -> Iterator[Outcome]:
        """Run the checks in order, one outcome each; ``known`` are results that stand already."""
        verdicts = {name: (r.verdict, r.owner) for name, r in (known or {}).items()}
        for check in self.ground.collected.checks:
            if check.id in verdicts or (wanted is not None and check.id not in wanted):
                continue
            before(check)
            outcome = self.outcome(check, verdicts)
            verdicts[check.id] = (outcome.result.verdict, outcome.result.owner)
            yield outcome

    def outcome(self, check: Check, verdicts: Mapping[str, tuple[Verdict, Owner]]) -> Outcome:
        """Run one check, or say why it is not run."""
        not_run = skipped(check, verdicts)
        if not_run is not None:
            return Outcome(not_run, CheckTiming(0.0, 0.0, 0.0))
        if self.submission.unreadable:
            return Outcome(grader_error(check, self.submission.unreadable), CheckTiming(0.0, 0.0, 0.0))
        start = time.monotonic()
        finding, trace = self._run(check, self.worker)
        if finding.suspect and self.alone:
            finding, trace = self._run(check, self.worker)
        confirmed = True
        if finding.doubtful and check.id not in self.confirmed:
            finding, confirmed = self._confirm(check, finding)
        timing = CheckTiming(time.monotonic() - start, max(0.0, trace.cpu), max(0.0, trace.memory))
        limit = check.limits.output * 1024 + 100
        message = finding.message
        if trace.call and finding.verdict.owner is Owner.STUDENT and finding.verdict is not Verdict.NOT_ATTEMPTED:
            message += f"\n\nThe call was: {normalised(trace.call)}"
        result = _result(check, finding.verdict, message, bounded(normalised(trace.stdout), limit))
        return Outcome(result, timing, finding.suspect, confirmed and finding.doubtful)

    def _run(self, check: Check, worker: Worker) -> tuple[Finding, Trace]:
        item = self.ground.collected.items[check.id]
        item.config.stash[SETTING] = Setting(self.ground.assignment, worker, self.ground.course_seed)
        item.stash[TRACE] = Trace()
        item.stash[FIRST_ERROR] = None
        runtestprotocol(item, log=False, nextitem=None)
        error, item.stash[FIRST_ERROR] = item.stash[FIRST_ERROR], None  # its frames hold the check's tensors
        return judge(error, worker.launch.files), item.stash[TRACE]

    def _confirm(self, check: Check, finding: Finding) -> tuple[Finding, bool]:
        """Blame the student only if the reference passes the same check under the same seed."""
        if self._reference is None:
            reference = reference_submission(self.ground.assignment)
            if reference is None:
                return finding, False  # at home: unscored, and the words say what happened
            self._reference = self.ground.worker(reference)
        again, _ = self._run(check, self._reference)
        if again.verdict is Verdict.PASSED:
            self.confirmed.add(check.id)
            return finding, True
        if again.suspect:
            return Finding(Verdict.GRADER_ERROR, again.message, suspect=True), False
        text = f"the check does not pass with the reference either ({again.verdict}): {again.message}"
        return Finding(Verdict.GRADER_ERROR, bounded(text)), False

    def close(self) -> None:
        """End the workers."""
        for worker in (self.worker, self._reference):
            if worker is not None:
                worker.kill()
