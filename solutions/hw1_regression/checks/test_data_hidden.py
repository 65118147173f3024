"""The survey file with mixed rows and mistakes in it, features that say nothing, and cuDNN's switches."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_equal, check_tensor, check_type

pytestmark = pytest.mark.hidden

HEADER = ",".join(["id", *(f"c{i}" for i in range(93)), "tested_positive"])


def survey(state, columns=94):
    """A file with one row per entry of ``state``; feature 40 is the row's number."""
    lines = [",".join(HEADER.split(",")[: columns + 1])]
    for i, s in enumerate(state):
        row = [1.0 if j == s else 0.0 for j in range(40)] + [float(i)] + [0.5] * (columns - 41)
        lines.append(f"{i}," + ",".join(map(str, row)))
    return "\n".join(lines) + "\n"


@pytest.mark.points("0.5")
def test_covid_survey_dataset_mixed_rows(submission):
    """CovidSurveyDataset splits by state and time also where the file is ordered by day"""
    days = {39: 14, 0: 9, 7: 8}  # 2, 1 and 1 rows for validation
    state = [s for day in range(14) for s, length in days.items() if day < length]
    path = submission.put_file("mixed.csv", survey(state))
    for mode in ("train", "validation"):
        rows = []
        for s, length in days.items():
            own, v = [i for i, t in enumerate(state) if t == s], 3 * length // 20
            rows += own[length - v :] if mode == "validation" else own[: length - v - 2]
        dataset = submission.CovidSurveyDataset(path, mode, [40])
        check_equal(len(dataset), len(rows), what=f'len(dataset) in mode "{mode}"')
        items = [dataset[i] for i in range(len(rows))]
        for i, item in enumerate(items):
            check_tensor(check_type(item, tuple)[0], shape=(1,), dtype=torch.float32, what=f"x of dataset[{i}]")
        got = [int(item[0]) for item in items]
        check_equal(got, sorted(rows), what=f'the rows of mode "{mode}" of a file ordered by day')


@pytest.mark.points("0.5")
def test_covid_survey_dataset_errors(submission):
    """CovidSurveyDataset refuses another mode, the wrong file, a missing file and an index too far"""
    train = submission.put_file("train.csv", survey([3] * 8))
    test = submission.put_file("test.csv", survey([3] * 8, columns=93))
    dataset = submission.CovidSurveyDataset

    def refuses(error, what, call):
        try:
            call()
        except error:
            return
        raise CheckFailed(f"{what} must raise {error.__name__}")

    refuses(ValueError, 'the mode "dev"', lambda: len(dataset(train, "dev")))
    refuses(ValueError, 'a file without a target in mode "train"', lambda: len(dataset(test, "train")))
    refuses(ValueError, 'a file with a target in mode "test"', lambda: len(dataset(train, "test")))
    refuses(FileNotFoundError, "a path without a file", lambda: len(dataset(train + "x", "train")))
    refuses(IndexError, "feature 93", lambda: dataset(train, "train", [0, 93])[0])
    refuses(IndexError, "dataset[len(dataset)]", lambda: dataset(train, "validation")[1])


@pytest.mark.points(1)
def test_select_features_constant_columns(submission, rng):
    """select_features ranks constant columns last, by index, and refuses a bad k"""
    x = torch.randn(13, 6, generator=rng)
    x[:, [0, 2, 4]] = torch.tensor([0.1, 7.3, -0.7])  # in float32 their deviation from the mean is not quite 0
    y = x[:, 5] + 0.1 * x[:, 1]
    got = submission.select_features(x, y, 6)
    check_tensor(got, shape=(6,), dtype=torch.int64, what="select_features(x, y, 6)")
    check_equal(got[0].item(), 5, what="the best of 6 columns")
    check_equal(got[3:].tolist(), [0, 2, 4], what="the last three, which are constant")
    got = submission.select_features(x, torch.full((13,), 0.3), 4)
    assert_close(got, torch.arange(4), atol=0, what="select_features for a constant y, where all scores are 0")
    for k in (0, 7):
        try:
            submission.select_features(x, y, k)
        except ValueError:
            continue
        raise CheckFailed(f"select_features must raise ValueError for k={k} of 6 columns")


@pytest.mark.points("0.5")
def test_seed_everything_cudnn(submission):
    """seed_everything makes cuDNN deterministic and repeats itself"""
    found = submission.driver.cudnn_after_seeding(42069)
    if found != (True, False):
        raise CheckFailed("seed_everything must set cudnn.deterministic = True and cudnn.benchmark = False")
    first, second = submission.driver.draws_twice(7)
    assert_close(second, first, atol=0, what="torch.rand(3) after a second seed_everything(7)")
