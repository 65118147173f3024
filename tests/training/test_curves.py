"""The picture of the curves: every kind of number has a panel; odd numbers do no harm."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib.image
import pytest

from grader.training.curves import draw_curves


def height(path: Path) -> int:
    return matplotlib.image.imread(path).shape[0]


def test_every_kind_of_number_has_a_panel(tmp_path: Path):
    points = [(0, 1.0), (1, 0.5)]
    draw_curves({"train_rmse": points, "validation_rmse": points}, tmp_path / "one.png", "one kind")
    draw_curves({"train_loss": points, "validation_accuracy": points}, tmp_path / "two.png", "two kinds")
    assert height(tmp_path / "two.png") > 1.7 * height(tmp_path / "one.png")


@pytest.mark.parametrize(
    "curves",
    [
        {},
        {"loss": [(0, math.nan)]},
        {"validation_loss": [(0, math.inf), (1, 2.0)]},
        {"loss": [(0, 0.0), (1, -1.0), (2, 1e9)]},
        {"loss": [(0, 1e-6), (1, 1e6)]},
        {"": [(0, 1.0)], "_": [(0, 1.0)]},
        {"損失_rmse": [(0, 1.0)], "$x^": [(0, 2.0)]},
    ],
    ids=["none", "nan", "inf", "negative", "wide", "nameless", "odd names"],
)
def test_odd_curves_do_no_harm(tmp_path: Path, curves: dict):
    draw_curves(curves, tmp_path / "curves.png", "作業 $1")
    assert height(tmp_path / "curves.png") > 100


def test_the_same_curves_give_the_same_picture(tmp_path: Path):
    for name in ("a.png", "b.png"):
        draw_curves({"loss": [(0, 1.0), (1, 0.5)]}, tmp_path / name, "title")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
