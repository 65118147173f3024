"""Every exception that grader raises on purpose.

GraderError                 the root: its text is shown as one line, without a traceback
├── UsageError              a wrong command line or option
├── ContentError            an assignment, a solution or a data set of the course is broken
├── DatasetError            data could not be fetched, verified or read
├── IntakeError             a class folder cannot be read at all (a single bad submission is no exception)
├── RecordError             a report on disk cannot be read or written
└── StudentCodeError        the student's own code failed while it was trained at home (grader.training)

The boundary between check and student code raises the types in ``grader.sandbox.faults``.
"""

from __future__ import annotations


class GraderError(Exception):
    """An error with a sentence for the user: what (file), which rule, and the remedy."""


class UsageError(GraderError):
    """The command line asks for something that cannot be done."""


class ContentError(GraderError):
    """A file of the course (manifest, check, reference, variant) breaks a rule."""


class DatasetError(GraderError):
    """A data set cannot be fetched, verified or read."""


class IntakeError(GraderError):
    """The folder of submissions cannot be read."""


class RecordError(GraderError):
    """A report on disk cannot be read or written."""
