"""Views of reports: pure functions, reports in, text (or a rich renderable) out."""

from __future__ import annotations

from grader.exporters.console import student_report
from grader.exporters.csv import grades_csv
from grader.exporters.escape import (
    csv_text,
    html_text,
    markdown_fence,
    markdown_text,
    terminal_line,
    terminal_text,
    visible,
)
from grader.exporters.feedback import shown_to_student
from grader.exporters.markdown import feedback_markdown
from grader.exporters.terminal import class_summary, class_table, plain

__all__ = [
    "class_summary",
    "class_table",
    "csv_text",
    "feedback_markdown",
    "grades_csv",
    "html_text",
    "markdown_fence",
    "markdown_text",
    "plain",
    "shown_to_student",
    "student_report",
    "terminal_line",
    "terminal_text",
    "visible",
]
