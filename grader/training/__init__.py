"""Training a student's model at home, in this process: it is their own code on their own machine."""

from grader.training.pictures import draw_pictures
from grader.training.record import RunRecord
from grader.training.recorder import Progress
from grader.training.reference import train_reference
from grader.training.score import Score, score_at_home
from grader.training.student import StudentCodeError
from grader.training.train import train_model

__all__ = [
    "Progress",
    "RunRecord",
    "Score",
    "StudentCodeError",
    "draw_pictures",
    "score_at_home",
    "train_model",
    "train_reference",
]
