"""The invented survey: the real file's layout, separate seeds, and no row that tells another row's target."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.datasets import Dataset, load_dataset
from grader.datasets.cache import sha256_of
from grader.datasets.generator import load_generator

FOLDER = Path(__file__).parents[2] / "datasets" / "covid_survey"
REAL = os.environ.get("GRADER_REAL_DATA", "")


@pytest.fixture(scope="module")
def survey() -> Dataset:
    return load_dataset(FOLDER)


@pytest.fixture(scope="module")
def public(survey: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public files; making them compares the checksum."""
    return survey.prepare(tmp_path_factory.mktemp("cache"))


def read(path: Path) -> tuple[list[str], np.ndarray]:
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    return header, np.array(rows, dtype=np.float64)


def test_the_training_file_has_the_real_layout(public: Path):
    header, table = read(public / "covid.train.csv")
    assert table.shape == (2680, 95)
    assert header[:3] == ["id", "AL", "AK"]
    assert header[40:43] == ["WI", "cli", "ili"]
    assert header[41:59] == header[59:77] == header[77:95]
    assert header[94] == "tested_positive"
    assert np.array_equal(table[:, 0], np.arange(2680))
    assert np.array_equal(table[:, 1:41].sum(axis=1), np.ones(2680))


def test_the_test_file_has_the_real_layout(public: Path):
    header, table = read(public / "covid.test.csv")
    assert header == read(public / "covid.train.csv")[0][:-1]
    assert table.shape == (880, 94)
    assert np.array_equal(table[:, 0], np.arange(880))


def test_training_rows_are_windows_of_their_state_days_ascending(public: Path):
    _, table = read(public / "covid.train.csv")
    states = table[:, 1:41].argmax(axis=1)
    assert np.array_equal(states, np.repeat(np.arange(40), 67))
    for state in range(40):
        rows = table[states == state]
        # Days 2 and 3 of a row are days 1 and 2 of the next.
        assert np.array_equal(rows[:-1, 59:95], rows[1:, 41:77])


def test_test_rows_are_shuffled(public: Path):
    _, table = read(public / "covid.test.csv")
    states = table[:, 1:41].argmax(axis=1)
    assert np.count_nonzero(np.diff(states)) > 800


def test_every_answer_is_a_percentage(public: Path):
    for name in ("covid.train.csv", "covid.test.csv"):
        table = read(public / name)[1][:, 41:]
        assert table.min() >= 0
        assert table.max() <= 100


def test_the_test_file_is_the_beginning_of_the_public_split(survey: Dataset, public: Path):
    _, table = read(public / "covid.test.csv")
    inputs = survey.split(survey.about.split_seed).inputs
    assert torch.equal(inputs[:880], torch.from_numpy(table[:, 1:].astype(np.float32)))


def test_a_split_has_as_many_rows_of_every_state(survey: Dataset):
    split = survey.split(7)
    assert split.inputs.shape == (3520, 93)
    assert split.targets.shape == (3520,)
    assert split.inputs[:, :40].sum(dim=0).tolist() == [88.0] * 40


def test_the_generator_is_deterministic(survey: Dataset):
    np.random.seed(1)
    torch.manual_seed(1)
    one = survey.split(7)
    np.random.seed(2)
    torch.manual_seed(2)
    two = survey.split(7)
    assert torch.equal(one.inputs, two.inputs)
    assert torch.equal(one.targets, two.targets)


def test_the_split_seed_leaves_the_training_file_as_it_is(tmp_path: Path):
    generator = load_generator(FOLDER)
    files = []
    for seed in (0, 1):
        folder = tmp_path / str(seed)
        folder.mkdir()
        generator.write(folder, world_seed=5, split_seed=seed)
        files.append([sha256_of(folder / name) for name in ("covid.train.csv", "covid.test.csv")])
    assert files[0][0] == files[1][0]
    assert files[0][1] != files[1][1]


def test_no_answer_of_a_split_stands_in_another_split(survey: Dataset):
    one, two = survey.split(7).inputs[:, 40:], survey.split(8).inputs[:, 40:]
    # Of 7 decimals in float32 about 1 in a million agrees by chance, were it not for clipped answers.
    same = torch.isin(one, two) & (one > 0) & (one < 99.9)
    assert same[:, 35].float().mean() < 0.01
    assert same[:, 17].float().mean() < 0.01


def test_no_target_stands_among_the_inputs_of_the_split_or_the_training_file(survey: Dataset, public: Path):
    split = survey.split(7)
    known = torch.cat([split.inputs[:, (57, 75)].flatten(), _positives(public)])
    targets = split.targets[split.targets > 0.1]  # 0.1 is the smallest there is
    assert torch.isin(targets, known).float().mean() < 0.001


def _positives(public: Path) -> torch.Tensor:
    table = read(public / "covid.train.csv")[1][:, 1:].astype(np.float32)
    return torch.from_numpy(table[:, (57, 75, 93)]).flatten()


def test_targets_of_one_window_differ_from_split_to_split(survey: Dataset):
    # The rows are shuffled, so compare what belongs together: a state's mean over its 88 windows moves.
    means = []
    for seed in range(4):
        split = survey.split(seed)
        state = split.inputs[:, :40].argmax(dim=1)
        means.append(torch.stack([split.targets[state == s].mean() for s in range(40)]))
    assert torch.stack(means).std(dim=0).min() > 0.05


@pytest.mark.skipif(not REAL, reason="GRADER_REAL_DATA names no folder with the real files")
def test_the_real_files_are_accepted_and_cut_by_time(survey: Dataset, tmp_path: Path):
    folder = survey.prepare(tmp_path, "real", offline=True, data_dir=Path(REAL))
    header, table = read(folder / "covid.train.csv")
    real_header, _ = read(Path(REAL) / "covid.train.csv")
    assert header == real_header
    assert table.shape == (2100, 95)
    assert (folder / "covid.test.csv").read_bytes() == (Path(REAL) / "covid.test.csv").read_bytes()
    held = survey.public_split(tmp_path, "real")
    assert held.inputs.shape == (520, 93)
    # The last day of a held-out row, target included, is no day of any training row.
    last_days = torch.cat([held.inputs[:, 76:], held.targets[:, None]], dim=1)
    trained_days = torch.from_numpy(table[:, 41:].reshape(-1, 18).astype(np.float32))
    mode = "donot_use_mm_for_euclid_dist"  # exact: equal rows have distance 0
    assert torch.cdist(last_days, trained_days, compute_mode=mode).min() > 0


@pytest.mark.skipif(not REAL, reason="GRADER_REAL_DATA names no folder with the real files")
def test_the_generated_files_are_written_as_the_real_ones(public: Path):
    for name in ("covid.train.csv", "covid.test.csv"):
        generated = (public / name).read_text().splitlines()
        real = (Path(REAL) / name).read_text().splitlines()
        assert generated[0] == real[0]
        assert generated[1].split(",")[:41] == real[1].split(",")[:41] or name == "covid.test.csv"
        assert max(len(cell.partition(".")[2]) for cell in generated[5].split(",")) == 7
