"""Training the course's own reference: the proof that the tiers can be reached needs its weights."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from grader.assignment import Assignment, Course
from grader.datasets import default_cache, load_dataset
from grader.errors import ContentError
from grader.training.progress import LiveLine
from grader.training.record import RunRecord
from grader.training.train import train_model

SEED = 42069


def train_reference(course: Course, assignment: Assignment, out: Path, console: Console) -> RunRecord:
    """Trains the model module of ``solutions/<slug>/`` on the generated data, on the CPU, into ``out``.

    Raises ContentError if there is no solution or no model part, and what ``train_model`` raises.
    """
    if assignment.solution is None or assignment.model is None:
        raise ContentError(f"{assignment.slug} has no reference model on this machine")
    data = load_dataset(course.dataset(assignment.model.dataset)).prepare(default_cache(), offline=True)
    with LiveLine(console) as line:
        return train_model(assignment, assignment.solution, data, out, seed=SEED, device="cpu", progress=line)
