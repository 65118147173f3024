"""From a submission to the launch of its worker."""

from __future__ import annotations

from collections.abc import Mapping

from grader.assignment import Assignment
from grader.errors import ContentError
from grader.limits import Limits
from grader.remote.submission import SubmissionProxy
from grader.sandbox.engines import Launch
from grader.sandbox.seeds import derive_seed
from grader.submission import Submission


def launch_for(
    assignment: Assignment, names: Mapping[str, str], limits: Limits, submission: Submission, course_seed: bytes
) -> Launch:
    """What the worker of ``submission`` is started with.

    names: those of the stubs, with their modules. limits: on the import, and the widest that a check may set.

    The worker's seed says nothing about the checks' seeds.
    """
    return Launch(
        files=submission.files,
        modules=assignment.modules,
        names=names,
        seed=derive_seed(course_seed, "import", assignment.slug, assignment.version),
        limits=limits,
        forbidden=tuple(sorted({name for f in assignment.forbidden for name in f.names})),
    )


def refuse_reserved(assignment: Assignment, names: Mapping[str, str]) -> None:
    """Raises ContentError if a stub defines a name that ``submission`` has for itself."""
    for name, module in names.items():
        if hasattr(SubmissionProxy, name):
            raise ContentError(
                f"{assignment.folder / module}.py: '{name}' cannot be called by checks, because `submission.{name}` is"
                " something else there; give the function another name"
            )


def reference_submission(assignment: Assignment) -> Submission | None:
    """The reference's modules as a submission; None on a machine that has no solution."""
    if assignment.solution is None:
        return None
    paths = [assignment.solution / f"{module}.py" for module in assignment.modules]
    return Submission("reference", {path.name: path.read_bytes() for path in paths if path.exists()})
