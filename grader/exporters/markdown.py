"""feedback.md: what one student reads about a submission."""

from __future__ import annotations

from grader.exporters.escape import markdown_fence, markdown_text
from grader.exporters.feedback import shown_to_student
from grader.exporters.words import MARKS, earned_text, total_text, training_text, verdict_text
from grader.report import CheckResult, Report


def feedback_markdown(report: Report, *, hidden: str) -> str:
    """The feedback as Markdown. ``hidden`` is the manifest's: 'title', 'nothing' or 'full'.

    Nothing that the student wrote or printed can become markup or HTML.
    """
    shown = shown_to_student(report.results, hidden)
    blocks = [
        f"# {markdown_text(f'Feedback on {report.assignment} {report.version}')}",
        markdown_text(f"Student: {report.student}"),
        f"**{total_text(report)}**",
    ]
    if len(shown) < len(report.results):
        blocks.append("The total counts hidden checks too, which are not listed here.")
    training = training_text(report)
    if training is not None:
        blocks += ["## Trained model", markdown_text(training)]
    if report.notes:
        notes = "\n".join(f"- {markdown_text(note)}" for note in report.notes)
        blocks += ["## Notes on your files", notes]
    if shown:
        blocks.append("## Checks")
    for result in shown:
        blocks += _check(result)
    return "\n\n".join(blocks) + "\n"


def _check(result: CheckResult) -> list[str]:
    hidden = " (hidden check)" if result.visibility == "hidden" else ""
    blocks = [
        f"### {markdown_text(f'{MARKS[result.verdict]} {result.title}{hidden}')}",
        f"{earned_text(result)}: {verdict_text(result)}",
    ]
    if result.message:
        blocks.append(markdown_fence(result.message))
    if result.hint:
        blocks.append(markdown_text(f"Hint: {result.hint}"))
    if result.stdout:
        blocks += ["Your code printed:", markdown_fence(result.stdout)]
    return blocks
