"""``grader train``: train your model at home and see which tier it reaches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.assignment import Assignment, ModelPart, find_course
from grader.errors import UsageError
from grader.exporters import terminal_line

if TYPE_CHECKING:
    from grader.datasets import Source, Split
    from grader.training import RunRecord, Score

EXAMPLE = """
Examples:

\b
  grader train hw1_regression
  grader train hw1_regression --dir my_homework --seed 1 --out runs/first
  grader train hw1_regression --data real --data-dir ~/Downloads
  tensorboard --logdir assignments/hw1_regression/runs
"""

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(epilog=EXAMPLE)
@click.argument("assignment")
@click.option("--dir", "folder", type=_FOLDER, metavar="DIR", help="Your modules. Default: the assignment's folder.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=42069,
    show_default=True,
    metavar="N",
    help="Seed of the run.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where to train; auto takes a GPU if there is one.",
)
@click.option("--out", type=_FOLDER, metavar="DIR", help="Where the results go. Default: beside your modules.")
@click.option(
    "--data",
    "source",
    type=click.Choice(["offline", "real"]),
    default="offline",
    show_default=True,
    help="The generated data, which are graded, or those of the original course.",
)
@click.option("--data-dir", type=_FOLDER, metavar="DIR", help="A folder that holds the real files already.")
@click.option("--offline", is_flag=True, help="Never use the network.")
def command(
    assignment: str,
    folder: Path | None,
    seed: int,
    device: str,
    out: Path | None,
    source: Source,
    data_dir: Path | None,
    offline: bool,
) -> int:
    """Train the model of ASSIGNMENT with your own build_model, train and predict.

    Writes the weights to hand in (model.safetensors), run.json, curves.png and logs for TensorBoard, and
    shows how good the saved model is on a public test split. Exit code 0: done, 1: your code failed.
    """
    course = find_course(Path.cwd())
    chosen = course.assignment(assignment)
    part = chosen.model
    if part is None:
        raise UsageError(f"{assignment} has no model to train; try 'grader check {assignment}'")
    if data_dir is not None and source != "real":
        raise UsageError("--data-dir names a folder with the real files; add --data real")

    # Torch takes a second to import: not before the command line is known to be right.
    from grader.datasets import default_cache, load_dataset
    from grader.training import StudentCodeError, score_at_home, train_model
    from grader.training.progress import LiveLine

    console = Console(highlight=False)
    modules = folder or _modules_folder(part, chosen)
    results = out or modules
    where = _device(device)
    dataset, cache = load_dataset(course.dataset(part.dataset)), default_cache()
    data = dataset.prepare(cache, source, offline, data_dir)
    split = dataset.public_split(cache, source)
    console.print(Text(f"Training {chosen.title}: seed {seed}, {where}, {source} data in {data}"), soft_wrap=True)
    line, trained = LiveLine(console), False
    try:
        with line:
            record = train_model(chosen, modules, data, results, seed=seed, device=where, progress=line)
        trained = True
        weights = results / part.weights
        score = score_at_home(chosen, modules, weights, split.inputs, split.targets, device=where)
    except StudentCodeError as error:
        click.echo(str(error), err=True)
        return 1
    except KeyboardInterrupt:
        left = f"the trained model is in {results}" if trained else f"nothing was written, {results} is as it was"
        click.echo(f"\nStopped after step {line.steps}: {left}", err=True)
        return 130
    _show(console, chosen, part, record, score, results, source)
    _draw(console, chosen, modules, results, split)
    return 0


def _draw(console: Console, assignment: Assignment, modules: Path, results: Path, split: Split) -> None:
    """Pictures are a bonus: what goes wrong with them is said, and the training stands."""
    from grader.training import draw_pictures

    assert assignment.model is not None
    try:
        drawn = draw_pictures(assignment, modules, results / assignment.model.weights, split, results)
    except Exception as error:
        text = f"The pictures could not be drawn: {type(error).__name__}: {error}"
        console.print(Text(terminal_line(text), style="yellow"), soft_wrap=True)
        return
    for path in drawn:
        console.print(Text(f"Picture: {path}"), soft_wrap=True)


def _modules_folder(part: ModelPart, assignment: Assignment) -> Path:
    here = Path.cwd()
    return here if (here / f"{part.module}.py").is_file() else assignment.folder


def _device(wanted: str) -> str:
    import torch

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise UsageError("PyTorch finds no CUDA device here; leave out --device cuda")
    return "cuda" if there and wanted != "cpu" else "cpu"


def _show(
    console: Console,
    assignment: Assignment,
    part: ModelPart,
    record: RunRecord,
    score: Score,
    results: Path,
    source: Source,
) -> None:
    sign = "≥" if part.higher_is_better else "≤"
    reached = {tier.name for tier in part.reached(score.value)}
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("tier")
    table.add_column(part.metric, justify="right")
    table.add_column("points", justify="right")
    table.add_column("")
    for tier in part.tiers:
        there = tier.name in reached
        table.add_row(
            tier.name,
            f"{sign} {tier.threshold:g}",
            f"{tier.points:f}",
            Text("reached" if there else "not yet", style="green" if there else "dim"),
        )
    console.print(f"Trained in {record.seconds:.1f} s. Wrote {part.weights}, run.json, curves.png and runs/ to")
    console.print(Text(f"  {results}"), soft_wrap=True)
    console.print(f"{part.metric} of the saved model on the public {source} split: [bold]{score.value:.4f}[/bold]")
    if source == "real":
        console.print("The tiers are those of the generated data, and real data earn no points.")
    else:
        console.print(table)
        console.print("The grader draws another split of the same kind: near a threshold it can go either way.")
