"""The safe reading of submissions: a folder, a zip or a tar per student. Nothing is imported, run or unpacked."""

from grader.intake.discovery import Kind, Source, discover, strays
from grader.intake.reading import read_folder, read_source

__all__ = ["Kind", "Source", "discover", "read_folder", "read_source", "strays"]
