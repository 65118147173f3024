"""One training run: seeds, the student's ``train``, and the files that it leaves behind."""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_model
from torch import nn

from grader.assignment import Assignment
from grader.datasets.cache import sha256_of
from grader.errors import ContentError, RecordError
from grader.sandbox.seeding import seed_everything, set_determinism
from grader.training.curves import draw_curves
from grader.training.record import RunRecord
from grader.training.recorder import Curve, Progress, Recorder
from grader.training.student import StudentCodeError, model_code

CURVES, RECORD, LOGS = "curves.png", "run.json", "runs"


def train_model(
    assignment: Assignment,
    student_dir: Path,
    data: Path,
    out: Path,
    *,
    seed: int,
    device: str,
    progress: Progress,
) -> RunRecord:
    """Trains the student's model in this process and writes what it became to ``out``.

    The files: the weights (named in the manifest), ``run.json``, ``curves.png`` and, for TensorBoard,
    ``runs/seed-<seed>``. They are replaced after ``train`` has returned; when it fails or is interrupted,
    ``out`` is as it was before.

    Args:
        student_dir: holds the model module and the modules that it imports.
        data: the folder that ``train`` gets.
        seed: of the global generators, and handed to ``train``.
        device: "cpu" or "cuda".
    Raises:
        UsageError: there is no model module.
        StudentCodeError: the student's code failed.
        RecordError: the files cannot be written.
    """
    part = assignment.model
    if part is None:
        raise ContentError(f"{assignment.slug} has no [model] part in its manifest")
    logs = out / LOGS / f"seed-{seed}"
    staging = logs.with_name(f".{logs.name}-unfinished")
    try:
        _make_empty(staging)
        model, curves, seconds = _train(part.module, student_dir, data, staging, seed, device, progress)
        _save(model, staging / part.weights)
        title = f"{assignment.title} · seed {seed} · {device} · {seconds:.1f} s"
        draw_curves(curves, staging / CURVES, title)
        record = RunRecord(
            assignment=assignment.slug,
            version=assignment.version,
            seed=seed,
            device=device,
            torch=torch.__version__,
            seconds=round(seconds, 3),
            last={name: _finite(curve[-1][1]) for name, curve in curves.items() if curve},
            code=sha256_of(student_dir / f"{part.module}.py"),
            weights=sha256_of(staging / part.weights),
        )
        (staging / RECORD).write_text(record.to_json(), encoding="utf-8")
        for name in (part.weights, CURVES, RECORD):
            os.replace(staging / name, out / name)
        shutil.rmtree(logs, ignore_errors=True)
        staging.rename(logs)
        return record
    except OSError as error:
        raise RecordError(
            f"{out}: cannot be written ({error.strerror or error}); make room, or name a folder with --out"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _remove_if_empty(logs.parent)


def _train(
    module: str, student_dir: Path, data: Path, logs: Path, seed: int, device: str, progress: Progress
) -> tuple[nn.Module, Mapping[str, Curve], float]:
    """Runs the student's functions. Returns the model, the curves and the seconds that ``train`` took."""
    with model_code(student_dir, module) as code:
        set_determinism()
        seed_everything(seed)
        model = code.build_model()
        if not isinstance(model, nn.Module):
            raise StudentCodeError(f"build_model() must return an nn.Module, not {type(model).__name__}")
        writer = _summary_writer(logs)
        try:
            recorder = Recorder(writer, progress)
            start = time.perf_counter()
            history = code.train(model, data, seed=seed, device=device, log=recorder)
            seconds = time.perf_counter() - start
        finally:
            writer.close()
    return model, recorder.curves or _curves_of(history, module), seconds


def _make_empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(parents=True)


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _summary_writer(folder: Path) -> Any:
    from torch.utils.tensorboard import SummaryWriter  # half a second, so not before it is needed

    return SummaryWriter(str(folder))


def _save(model: nn.Module, path: Path) -> None:
    # save_model and not save_file: parameters may be tied or not contiguous.
    # The copy has the usual permissions; safetensors lets only the owner read.
    own = path.with_suffix(".own")
    save_model(model.cpu(), str(own))
    shutil.copyfile(own, path)
    own.unlink()


def _curves_of(history: object, module: str) -> dict[str, Curve]:
    """The curves of a training that returned its history but logged nothing."""
    rule = f"{module}.py: train must return a dict: a name -> the list of its values"
    if not isinstance(history, Mapping):
        raise StudentCodeError(f"{rule}; it returned {type(history).__name__}")
    try:
        return {str(name): [(i, float(v)) for i, v in enumerate(values)] for name, values in history.items()}
    except (TypeError, ValueError, RuntimeError):
        raise StudentCodeError(f"{rule}; the values of one name are not numbers") from None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None  # JSON has no NaN
