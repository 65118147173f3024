"""What a check holds in its hands: stand-ins for the student's functions, objects and modules."""

from grader.remote.submission import SubmissionProxy

__all__ = ["SubmissionProxy"]
