"""A picture of the curves that a training logged."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from grader.checkers.metrics import METRICS

Curves = Mapping[str, Sequence[tuple[int, float]]]

_LOG_SCALE_FROM = 20  # largest value over smallest


def draw_curves(curves: Curves, path: Path, title: str) -> None:
    """Writes a PNG: a panel for each kind of number, "train_loss" and "validation_loss" in one.

    The best point of every validation curve is marked, since training keeps that epoch.
    """
    panels: dict[str, dict[str, Sequence[tuple[int, float]]]] = {}
    for name, points in curves.items():
        panels.setdefault(_kind(name), {})[name] = points
    # The object interface: no pyplot, so no window system and no state between two pictures.
    figure = Figure(figsize=(7.0, 0.6 + 3.4 * max(1, len(panels))), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(_plain(title), fontsize=11)
    axes = figure.subplots(max(1, len(panels)), squeeze=False)[:, 0]
    for axis, (kind, members) in zip(axes, panels.items(), strict=False):
        _draw_panel(axis, kind, members)
    if not panels:
        axes[0].text(0.5, 0.5, "nothing was logged", ha="center", va="center")
        axes[0].set_axis_off()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font lacks is drawn as a box
        figure.savefig(path, format="png", dpi=120)


def _draw_panel(axis: Axes, kind: str, members: Curves) -> None:
    for given, points in members.items():
        name = _plain(given)
        finite = [(step, value) for step, value in points if math.isfinite(value)]
        if not finite:
            axis.plot([], [], label=f"{name}  never finite")
            continue
        steps, values = zip(*finite, strict=True)
        (line,) = axis.plot(steps, values, linewidth=1.4, label=name)
        if name.startswith("validation"):
            better = min if _lower_is_better(kind) else max
            step, value = better(finite, key=lambda point: point[1])
            axis.plot(step, value, "o", color=line.get_color(), markersize=5)
            line.set_label(f"{name}  best {value:.4g} at step {step}")
        else:
            line.set_label(f"{name}  last {values[-1]:.4g}")
    numbers = [v for points in members.values() for _, v in points if math.isfinite(v)]
    if numbers and 0 < min(numbers) * _LOG_SCALE_FROM < max(numbers):
        axis.set_yscale("log")
    axis.set_xlabel("step")
    axis.set_ylabel(_plain(kind))
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)


def _plain(text: str) -> str:
    """Text that matplotlib shows as it is: no formula, no label that it hides."""
    return text.replace("$", r"\$").lstrip("_") or "(no name)"


def _kind(name: str) -> str:
    """The last word: "rmse" of "validation_rmse" and of "validation/rmse"."""
    return name.replace("/", "_").rsplit("_", 1)[-1] or name


def _lower_is_better(kind: str) -> bool:
    return METRICS[kind].lower_is_better if kind in METRICS else True
