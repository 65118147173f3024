"""The proof of one assignment, claim by claim."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import filter as filter_names
from fnmatch import fnmatchcase
from typing import Protocol

from grader.assignment import Assignment
from grader.grading.graded import Graded
from grader.grading.messages import Check
from grader.proving.variants import Variant, load_variants, variant_files
from grader.report import CheckResult, points_text
from grader.submission import Submission
from grader.verdict import Verdict

TIER = "model::"
ASKED = "?"  # in "rejected by:" of a variant whose checks are still to be found


@dataclass(frozen=True)
class Claim:
    """One thing that was tried, and what does not hold; ``problems`` is empty if it holds."""

    title: str
    problems: tuple[str, ...]


class Grade(Protocol):
    """Grades one submission, by all checks or by some."""

    def __call__(self, submission: Submission, wanted: Collection[str] | None = None) -> Graded: ...


@dataclass(frozen=True)
class _Work:
    """Something to grade, and what the result has to be."""

    title: str
    files: dict[str, bytes]
    judge: Callable[[Graded], tuple[str, ...]]
    wanted: frozenset[str] | None = None


def prove(
    assignment: Assignment,
    checks: tuple[Check, ...],
    grade: Grade,
    *,
    drift: list[str],
    weights: bytes | None,
    jobs: int,
    only: str | None = None,
) -> Iterator[Claim]:
    """Every claim about an assignment, in turn.

    A wrong variant meets the checks that it names, and those that they depend on; everything else meets all.

    only: a pattern; variants whose file names do not fit are not tried.

    grade: grades one submission; called from ``jobs`` threads.
    drift: how the stubs differ from the reference. weights: of the reference's trained model; without them the
    tiers are not part of the proof.
    """
    yield Claim("stubs are what the reference releases", tuple(drift))
    yield Claim("points add up", _points(assignment, checks))
    variants = load_variants(assignment)
    yield Claim("every variant names existing checks, every check has a wrong variant", _coverage(checks, variants))
    if assignment.forbidden:
        yield Claim("every forbidden API exists and is forbidden in some check", _forbidden(assignment, checks))
    work: list[_Work] = [
        _Work("the stub scores 0 and every check says not attempted", _stub_files(assignment), _untouched),
        _Work(
            "the reference gets full marks",
            _reference_files(assignment, weights),
            lambda g: _full(g, weights is not None),
        ),
    ]
    for variant in (v for v in variants if only is None or fnmatchcase(v.path.stem, only)):
        title = f"{variant.name}: {variant.title}"
        judge = _passes_checks if variant.is_right else _rejected(variant)
        work.append(_Work(title, variant_files(assignment, variant), judge, _wanted(variant, checks)))
    with ThreadPoolExecutor(jobs) as pool:
        tried = pool.map(lambda one: grade(Submission("proof", one.files), one.wanted), work)
        for one, graded in zip(work, tried, strict=True):
            yield Claim(one.title, one.judge(graded))


def prove_reference(assignment: Assignment, grade: Grade, weights: bytes | None, when: str) -> Claim:
    """Does the reference get full marks? To be asked under several seeds: a check must hold for every draw."""
    graded = grade(Submission("proof", _reference_files(assignment, weights)))
    return Claim(f"the reference gets full marks {when}", _full(graded, weights is not None))


def _wanted(variant: Variant, checks: tuple[Check, ...]) -> frozenset[str] | None:
    """The checks that a wrong variant has to meet; None for all."""
    if variant.is_right or ASKED in variant.rejected_by:
        return None
    wanted = {check.id for check in checks if _function(check.id) in variant.rejected_by}
    for check in reversed(checks):  # what a check depends on stands before it
        if check.id in wanted:
            wanted.update(check.depends)
    return frozenset(wanted)


def _stub_files(assignment: Assignment) -> dict[str, bytes]:
    return {f"{m}.py": (assignment.folder / f"{m}.py").read_bytes() for m in assignment.modules}


def _reference_files(assignment: Assignment, weights: bytes | None) -> dict[str, bytes]:
    assert assignment.solution is not None
    files = {f"{m}.py": (assignment.solution / f"{m}.py").read_bytes() for m in assignment.modules}
    if assignment.model is not None and weights is not None:
        files[assignment.model.weights] = weights
    return files


def _points(assignment: Assignment, checks: tuple[Check, ...]) -> tuple[str, ...]:
    total = sum((check.points for check in checks), Decimal(0))
    if total == assignment.points:
        return ()
    return (f"the checks and tiers add up to {points_text(total)}, the manifest says {points_text(assignment.points)}",)


def _coverage(checks: tuple[Check, ...], variants: tuple[Variant, ...]) -> tuple[str, ...]:
    functions = {_function(check.id) for check in checks if not check.id.startswith(TIER)}
    named = {name for variant in variants for name in variant.rejected_by}
    unknown = [
        f"{v.path}: names '{n}', which is no check"
        for v in variants
        for n in v.rejected_by
        if n not in {*functions, ASKED}
    ]
    return (*unknown, *(f"{name}: no wrong variant is rejected by it" for name in sorted(functions - named)))


def _forbidden(assignment: Assignment, checks: tuple[Check, ...]) -> tuple[str, ...]:
    from grader.sandbox.forbidden.targets import resolve  # torch takes a second

    functions = {_function(check.id) for check in checks}
    patterns = [p for rule in assignment.forbidden for p in rule.checks]
    names = [name for rule in assignment.forbidden for name in rule.names]
    return (
        *(f"[[forbidden]] checks: '{p}' fits no check" for p in patterns if not filter_names(functions, p)),
        *(f"[[forbidden]] names: torch has no {name}" for name in names if resolve(name) is None),
    )


def _function(check: str) -> str:
    return check.split("::")[-1].split("[")[0]


def _line(result: CheckResult) -> str:
    first = result.message.split("\n")[0]
    return f"{result.check}: {result.verdict}" + (f" ({first[:200]})" if first else "")


def _untouched(graded: Graded) -> tuple[str, ...]:
    allowed = (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED)
    return tuple(_line(r) for r in graded.results if r.verdict not in allowed or r.points)


def _full(graded: Graded, with_model: bool) -> tuple[str, ...]:
    results = [r for r in graded.results if with_model or not r.check.startswith(TIER)]
    return tuple(_line(r) for r in results if r.verdict is not Verdict.PASSED)


def _passes_checks(graded: Graded) -> tuple[str, ...]:
    return _full(graded, with_model=False)


def _does_not_run(result: CheckResult) -> bool:
    """A slip of the variant's author, not the mistake that it is meant to show."""
    broken = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError")
    raised = result.verdict is Verdict.RAISED and result.message.startswith(broken)
    return raised or result.verdict is Verdict.NOT_ATTEMPTED


def _rejected(variant: Variant) -> Callable[[Graded], tuple[str, ...]]:
    def judge(graded: Graded) -> tuple[str, ...]:
        problems = [_line(r) for r in graded.results if r.verdict is Verdict.GRADER_ERROR]
        if ASKED in variant.rejected_by:
            found = [r for r in graded.results if not r.check.startswith(TIER) and r.verdict is not Verdict.PASSED]
            return (*problems, "write down which are meant; rejected by:", *map(_line, found))
        for name in variant.rejected_by:
            named = [r for r in graded.results if _function(r.check) == name]
            problems += [f"it does not run: {_line(r)}" for r in named if _does_not_run(r)]
            if named and all(r.verdict in (Verdict.PASSED, Verdict.SKIPPED) for r in named):
                problems.append(f"{name} does not reject it ({named[0].verdict})")
        return tuple(problems)

    return judge
