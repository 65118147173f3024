"""What is known of one graded submission, its JSON form, and the files it lies in."""

from __future__ import annotations

from grader.report.names import file_stem
from grader.report.points import parse_points, points_text
from grader.report.record import (
    FORMAT,
    CheckResult,
    Confinement,
    Digests,
    Report,
    TrainingResult,
    Visibility,
    summarise,
)
from grader.report.store import read_report, sole_writer, write_report, write_text
from grader.report.timings import CheckTiming, Timings, read_timings, write_timings

__all__ = [
    "FORMAT",
    "CheckResult",
    "CheckTiming",
    "Confinement",
    "Digests",
    "Report",
    "Timings",
    "TrainingResult",
    "Visibility",
    "file_stem",
    "parse_points",
    "points_text",
    "read_report",
    "read_timings",
    "sole_writer",
    "summarise",
    "write_report",
    "write_text",
    "write_timings",
]
