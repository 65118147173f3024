"""A training run: what it leaves behind, when it works and when it does not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from grader.assignment import Assignment
from grader.datasets.cache import sha256_of
from grader.errors import ContentError, RecordError
from grader.training import RunRecord, StudentCodeError, score_at_home, train_model

Edit = Callable[[str, str], None]


@pytest.fixture
def train(assignment: Assignment, student: Path, tmp_path: Path, shown) -> Callable[..., RunRecord]:
    def run(seed: int = 1, out: Path = tmp_path / "out") -> RunRecord:
        return train_model(assignment, student, tmp_path, out, seed=seed, device="cpu", progress=shown)

    return run


def everything_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_run_leaves_weights_record_picture_and_logs(train, tmp_path: Path, shown):
    train(seed=3)
    *files, log = everything_in(tmp_path / "out")
    assert files == ["curves.png", "model.safetensors", "run.json"]
    assert log.startswith("runs/seed-3/events.out.tfevents.")
    assert load_file(tmp_path / "out" / "model.safetensors")["w"].shape == (2,)
    assert shown.updates[-1][0] == 29


def test_the_record_says_what_the_run_was_made_of(train, student: Path, tmp_path: Path):
    record = train(seed=3)
    told = json.loads((tmp_path / "out" / "run.json").read_text())
    assert told.pop("format") == 1
    assert told.pop("seconds") >= 0
    assert told == {
        "assignment": "line",
        "version": "1.0",
        "seed": 3,
        "device": "cpu",
        "torch": torch.__version__,
        "last": {"train_rmse": record.last["train_rmse"]},
        "code": sha256_of(student / "model.py"),
        "weights": sha256_of(tmp_path / "out" / "model.safetensors"),
    }
    assert record.last["train_rmse"] < 0.1


def test_the_same_seed_gives_the_same_bits(train, tmp_path: Path):
    one, again, other = train(1), train(1, tmp_path / "again"), train(2, tmp_path / "other")
    assert one.weights == again.weights
    assert one.weights != other.weights


def test_tied_and_transposed_parameters_can_be_saved(train, assignment, edit: Edit, student: Path, tmp_path: Path):
    edit(
        "self.w = nn.Parameter(torch.randn(2))",
        "self.w = nn.Parameter(torch.randn(2)); self.same = self.w; self.turned = nn.Parameter(torch.randn(2, 3).T)",
    )
    edit("self.w\n", "self.same\n")
    train()
    x = torch.randn(5, 2)
    score = score_at_home(assignment, student, tmp_path / "out" / "model.safetensors", x, x @ torch.tensor([1.0, -2]))
    assert score.tier == "medium"


def test_weights_can_be_read_by_others(train, tmp_path: Path):
    train()
    (tmp_path / "plain").write_text("")
    assert (tmp_path / "out" / "model.safetensors").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_loss_that_is_not_finite_is_null_in_the_record(train, edit: Edit, tmp_path: Path):
    edit("loss.sqrt(), step)", "float('nan'), step)")
    train()
    assert json.loads((tmp_path / "out" / "run.json").read_text())["last"] == {"train_rmse": None}


def test_a_history_alone_gives_the_curves(train, edit: Edit):
    edit('log("train_rmse", loss.sqrt(), step)', "pass")
    assert train().last["train_rmse"] < 0.1


def test_a_training_that_tells_nothing_is_refused(train, edit: Edit, tmp_path: Path):
    edit('log("train_rmse", loss.sqrt(), step)', "pass")
    edit("    return history", "    return None")
    with pytest.raises(StudentCodeError) as caught:
        train()
    assert str(caught.value) == (
        "model.py: train must return a dict: a name -> the list of its values; it returned NoneType"
    )
    assert everything_in(tmp_path / "out") == []


def test_build_model_must_return_a_module(train, edit: Edit):
    edit("return Line()", "return 3")
    with pytest.raises(StudentCodeError, match=r"build_model\(\) must return an nn.Module, not int"):
        train()


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "ValueError('x')", "SystemExit"])
def test_a_run_that_ends_early_changes_nothing(train, edit: Edit, tmp_path: Path, error: str):
    train()
    before = {name: (tmp_path / "out" / name).read_bytes() for name in everything_in(tmp_path / "out")}
    edit("        loss.backward()\n", f"        loss.backward()\n        if step == 20: raise {error}\n")
    with pytest.raises((KeyboardInterrupt, StudentCodeError)):
        train()
    assert {name: (tmp_path / "out" / name).read_bytes() for name in everything_in(tmp_path / "out")} == before


def test_a_first_run_that_ends_early_leaves_an_empty_folder(train, edit: Edit, tmp_path: Path):
    edit("        loss.backward()\n", "        raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        train()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_second_run_replaces_the_logs_of_the_same_seed(train, tmp_path: Path):
    train()
    train()
    assert len(list((tmp_path / "out" / "runs" / "seed-1").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(train, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError) as caught:
        train(out=tmp_path / "file")
    assert str(caught.value).startswith(f"{tmp_path / 'file'}: cannot be written (")


def test_a_wrong_call_of_log_is_shown_at_the_students_line(train, edit: Edit):
    edit("loss.sqrt(), step)", "loss.sqrt())")
    with pytest.raises(StudentCodeError) as caught:
        train()
    text = str(caught.value)
    assert 'log("train_rmse", loss.sqrt())' in text
    assert "missing 1 required positional argument: 'step'" in text


def test_an_assignment_without_a_model_part_is_refused(assignment: Assignment, tmp_path: Path, shown):
    from dataclasses import replace

    with pytest.raises(ContentError, match=r"line has no \[model\] part"):
        train_model(replace(assignment, model=None), tmp_path, tmp_path, tmp_path, seed=1, device="cpu", progress=shown)


class TestScore:
    """The public evaluation reads the saved file, as the grader does."""

    @pytest.fixture
    def score(self, assignment: Assignment, student: Path, tmp_path: Path):
        def run():
            x = torch.randn(50, 2, generator=torch.Generator().manual_seed(9))
            weights = tmp_path / "out" / "model.safetensors"
            return score_at_home(assignment, student, weights, x, x @ torch.tensor([1.0, -2.0]))

        return run

    def test_a_good_model_reaches_its_tier(self, train, score):
        train()
        result = score()
        assert result.metric == "rmse"
        assert result.value < 0.1
        assert result.tier == "medium"

    def test_what_is_no_buffer_is_missing(self, train, score, edit: Edit):
        # The scale is found in training and kept in a plain attribute: the saved model knows nothing of it.
        edit("return x @ self.w", "return (x @ self.w) * getattr(self, 'scale', 1.0)")
        edit("    history = {", "    model.scale = 2.0\n    history = {")
        train()
        assert score().value > 0.5

    def test_weights_of_another_model_are_named(self, train, score, edit: Edit):
        train()
        edit("torch.randn(2)", "torch.randn(3)")
        with pytest.raises(StudentCodeError) as caught:
            score()
        message = str(caught.value)
        assert message.startswith("model.safetensors does not fit the model that build_model() builds: ")

    @pytest.mark.parametrize(
        ("result", "message"),
        [
            ("model(inputs)[:, None]", "expected shape (50,), got (50, 1)"),
            ("model(inputs) * float('nan')", "50 of 50 are not finite"),
            ("model(inputs).tolist()", "expected a tensor, got list"),
        ],
    )
    def test_predictions_that_cannot_be_rated_are_named(self, train, score, edit: Edit, result: str, message: str):
        edit("    return model(inputs)\n", f"    return {result}\n")
        train()
        with pytest.raises(StudentCodeError) as caught:
            score()
        assert str(caught.value).startswith("model.py: predict: the predictions: ")
        assert message in str(caught.value)

    def test_a_value_outside_every_tier_reaches_none(self, train, score, edit: Edit):
        edit("range(30)", "range(1)")
        train()
        result = score()
        assert result.tier is None
        assert math.isfinite(result.value)
