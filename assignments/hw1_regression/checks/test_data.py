"""The survey file, the choice of features and the seeds."""

import random

import numpy as np
import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type

DAY = (
    "cli,ili,hh_cmnty_cli,nohh_cmnty_cli,wearing_mask,travel_outside_state,work_outside_home,shop,restaurant,"
    "spent_time,large_event,public_transit,anxious,depressed,felt_isolated,worried_become_ill,worried_finances,"
    "tested_positive"
)
HEADER = ",".join(["id", *(f"S{i}" for i in range(40)), DAY, DAY, DAY])  # names repeat, as in the real file
ROW = 40  # this feature holds the row's number, so that an item tells which row it is


def survey(rng, days, target=True):
    """A file with days[s] rows of each state s, and its table without the id, (rows, 94 or 93)."""
    columns = 94 if target else 93
    table = torch.randint(-6400, 6400, (sum(days), columns), generator=rng) / 64  # exact in text and float32
    table[:, :40] = 0.0
    state = torch.arange(len(days)).repeat_interleave(torch.tensor(days))
    table[torch.arange(len(table)), 39 - 3 * state] = 1.0
    table[:, ROW] = torch.arange(len(table))
    header = HEADER if target else HEADER.rpartition(",")[0]
    rows = [f"{i + 500}," + ",".join(map(str, row)) for i, row in enumerate(table.tolist())]
    return "\n".join([header, *rows]) + "\n", table


def item_of(dataset, index, features):
    """(x, y) of a row with a target, after types, shapes and dtypes have been looked at."""
    what = f"dataset[{index}]"
    item = check_type(dataset[index], tuple, what=what)
    check_equal(len(item), 2, what=f"the length of {what}")
    check_tensor(item[0], shape=(features,), dtype=torch.float32, what=f"x of {what}")
    check_tensor(item[1], shape=(), dtype=torch.float32, what=f"y of {what}")
    return item


@pytest.mark.points(1)
@pytest.mark.hint("The id is no feature; the target is the last column.", "y is a 0-dimensional float32 tensor.")
def test_covid_survey_dataset_items(submission, rng):
    """CovidSurveyDataset gives (x, y) without the id, as float32"""
    text, table = survey(rng, (7, 8))
    dataset = submission.CovidSurveyDataset(submission.put_file("covid.train.csv", text), "train")
    for index in (0, 3):
        x, y = item_of(dataset, index, 93)
        mistakes = {"The id is no feature.": torch.cat([torch.tensor([index + 500.0]), table[index, :92]])}
        # the numbers are exact in float32; 1e-5 forgives a way of reading that rounds
        assert_close(x, table[index, :93], atol=1e-5, what=f"x of dataset[{index}]", mistakes=mistakes)
        mistakes = {"That is the day before; the target is the last column.": table[index, 75]}
        assert_close(y, table[index, 93], atol=1e-5, what=f"y of dataset[{index}]", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "Split each state's rows by itself: the first days for training, the last ones for validation.",
    "v = 3·T // 20 rows for validation, and 2 rows before them for neither.",
)
def test_covid_survey_dataset_time_split(submission, rng):
    """CovidSurveyDataset splits each state by time, with a gap of two rows"""
    days = (13, 7, 20)
    text, _ = survey(rng, days)
    path = submission.put_file("covid.train.csv", text)
    whole = list(range(sum(days)))

    def by_state(mode, gap=2, held_out=lambda t: 3 * t // 20):
        rows, start = [], 0
        for t in days:
            own, v = whole[start : start + t], held_out(t)
            rows += own[: t - v - gap] if mode == "train" else own[t - v :]
            start += t
        return rows

    for mode in ("train", "validation"):
        dataset = submission.CovidSurveyDataset(path, mode)
        size = len(dataset)
        if size > len(whole):
            raise CheckFailed(f'len(dataset) is {size} in mode "{mode}", but the file has {len(whole)} rows')
        rows = [int(item_of(dataset, i, 93)[0][ROW]) for i in range(size)]
        mistakes = {
            "The gap of two rows before each state's validation rows is missing.": by_state(mode, gap=0),
            "v is 3T / 20 rounded down, not to the nearest.": by_state(mode, held_out=lambda t: round(0.15 * t)),
            "A split by i % 10 leaks: its validation days stand in training rows.": [
                i for i in whole if (i % 10 > 0) == (mode == "train")
            ],
            "The last states are held out; hold out every state's last days.": (
                whole[: 40 - 6 - 2] if mode == "train" else whole[40 - 6 :]
            ),
            "All rows are there: no row may be both for training and for validation.": whole,
        }
        what = f'the rows of mode "{mode}" for states of 13, 7 and 20 rows'
        check_equal(rows, by_state(mode), what=what, mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("The test file has no target: an item is x alone, and no row is left out.")
def test_covid_survey_dataset_test_mode(submission, rng):
    """CovidSurveyDataset gives every row of the test file, as x alone"""
    text, table = survey(rng, (9, 2), target=False)
    dataset = submission.CovidSurveyDataset(submission.put_file("covid.test.csv", text), "test")
    check_equal(len(dataset), 11, what="len(dataset)")
    for index in (0, 10):
        x = dataset[index]
        # the numbers are exact in float32; 1e-5 forgives a way of reading that rounds
        assert_close(x, table[index], atol=1e-5, what=f"dataset[{index}]")


@pytest.mark.points("0.5")
@pytest.mark.hint("Number the 93 features from 0, after the id is gone, and keep the order asked for.")
def test_covid_survey_dataset_features(submission, rng):
    """CovidSurveyDataset gives the features that are asked for, in that order"""
    text, table = survey(rng, (7, 8))
    path = submission.put_file("covid.train.csv", text)
    wanted = [75, 0, 57, ROW]
    for features in (wanted, torch.tensor(wanted)):
        dataset = submission.CovidSurveyDataset(path, "train", features)
        x, _ = item_of(dataset, 2, 4)
        mistakes = {
            "The features are numbered from 0, after the id is gone.": table[2, [74, 0, 56, ROW - 1]],
            "The features come in the order that is asked for, not sorted.": table[2, sorted(wanted)],
        }
        # the numbers are exact in float32; 1e-5 forgives a way of reading that rounds
        assert_close(x, table[2, wanted], atol=1e-5, what=f"x for features={wanted}", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "A strong negative correlation is as good as a strong positive one.",
    "Covariance depends on a column's scale, correlation does not.",
)
def test_select_features_order(submission, rng):
    """select_features returns the columns of the highest |correlation|, best first"""
    correlations = torch.tensor([0.3, -0.9, 0.1, 0.6, -0.45, 0.75], dtype=torch.float64)
    scales = torch.tensor([900.0, 0.01, 3.0, 20.0, 0.5, 1.0], dtype=torch.float64)
    # q: orthonormal directions, each with the mean 0; column d lies at the wanted angle to the first one
    noise = torch.randn(13, 7, generator=rng, dtype=torch.float64)
    q, _ = torch.linalg.qr(noise - noise.mean(dim=0))
    x = scales * (q[:, :1] * correlations + q[:, 1:] * (1 - correlations**2).sqrt()) + 5 * scales.flip(0)
    y = 3 + 2 * q[:, 0]
    got = submission.select_features(x, y, 4)
    check_tensor(got, shape=(4,), dtype=torch.int64, what="select_features(x, y, 4)")
    covariance = correlations * scales
    mistakes = {
        "The sign must not count: take the absolute value.": correlations.argsort(descending=True)[:4],
        "The best column comes first.": correlations.abs().argsort()[2:],
        "These are the worst columns.": correlations.abs().argsort()[:4],
        "Take the correlation: the covariance depends on the scale.": covariance.abs().argsort(descending=True)[:4],
        "They are sorted by index; the best column comes first.": torch.tensor([1, 3, 4, 5]),
    }
    want = torch.tensor([1, 5, 3, 4])
    assert_close(got, want, atol=0, what="select_features(x, y, 4)", mistakes=mistakes)
    everything = submission.select_features(x.float(), y.float(), 6)
    assert_close(everything, torch.tensor([1, 5, 3, 4, 0, 2]), atol=0, what="select_features(x, y, 6)")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Three libraries have a global generator: random, numpy.random and torch.")
def test_seed_everything_generators(submission, rng):
    """seed_everything seeds random, NumPy and PyTorch, and returns None"""
    for seed in (42069, int(torch.randint(2**31, (), generator=rng))):
        result, python, numpy, torch_draws = submission.driver.draws_after_seeding(seed)
        check_equal(result, None, what=f"seed_everything({seed})")
        own = random.Random(seed)
        if python != [own.random() for _ in range(3)]:
            raise CheckFailed(f"seed_everything({seed}) leaves Python's random without this seed")
        if numpy != np.random.RandomState(seed).rand(3).tolist():
            raise CheckFailed(f"seed_everything({seed}) leaves numpy.random without this seed")
        want = torch.rand(3, generator=torch.Generator().manual_seed(seed))
        if not torch.equal(torch_draws, want):
            raise CheckFailed(f"seed_everything({seed}) leaves PyTorch's generator without this seed")
