"""Metrics: the value by hand, what cannot be rated, and the tier at and beside a threshold."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
import torch

from grader.assignment import HIGHER_IS_BETTER, Tier
from grader.checkers import CheckFailed
from grader.checkers.metrics import METRICS, accuracy, measure, rmse, tier_reached

RMSE_TIERS = (Tier("simple", 2.0, Decimal(10)), Tier("medium", 1.5, Decimal(10)))
ACCURACY_TIERS = (Tier("simple", 0.5, Decimal(10)), Tier("medium", 0.75, Decimal(10)))


def failure(metric: str, predictions: object, targets: torch.Tensor) -> str:
    with pytest.raises(CheckFailed) as caught:
        measure(metric, predictions, targets)
    return str(caught.value)


def test_rmse_by_hand():
    # errors 3, 4, 0, 0: √(25 / 4)
    assert rmse(torch.tensor([3.0, 0.0, 7.0, 8.0]), torch.tensor([0.0, 4.0, 7.0, 8.0])) == 2.5


def test_rmse_is_summed_in_float64():
    targets = torch.zeros(1 << 20)
    predictions = torch.full_like(targets, 0.1)
    assert rmse(predictions, targets) == pytest.approx(float(torch.tensor(0.1)), rel=1e-12)


def test_rmse_of_predictions_with_a_graph():
    assert rmse(torch.ones(3, requires_grad=True), torch.zeros(3)) == 1.0


def test_accuracy_is_correct_over_total():
    assert accuracy(torch.tensor([1, 2, 3]), torch.tensor([1, 2, 0])) == 2 / 3


def test_every_metric_of_the_manifest_has_a_function():
    assert set(METRICS) == set(HIGHER_IS_BETTER)
    assert METRICS["rmse"].lower_is_better
    assert not METRICS["accuracy"].lower_is_better


@pytest.mark.parametrize("metric", ["rmse", "accuracy"])
def test_one_column_too_many_is_no_broadcast(metric: str):
    dtype = torch.float32 if metric == "rmse" else torch.int64
    message = failure(metric, torch.zeros(5, 1, dtype=dtype), torch.zeros(5, dtype=dtype))
    assert message == (
        "the predictions: expected shape (5,), got (5, 1); a dimension of size 1 is too many (keepdim? unsqueeze?)"
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_rmse_refuses_what_is_not_finite(bad: float):
    message = failure("rmse", torch.tensor([1.0, bad]), torch.zeros(2))
    assert message.startswith("the predictions: element [1] is ")
    assert "1 of 2 are not finite" in message


def test_rmse_refuses_a_list():
    assert failure("rmse", [0.0], torch.zeros(1)) == "the predictions: expected a tensor, got list ([0.0])"


def test_rmse_refuses_integers():
    message = failure("rmse", torch.zeros(2, dtype=torch.int64), torch.zeros(2))
    assert message == ("the predictions: expected a floating dtype such as torch.float32, got torch.int64")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bool])
def test_accuracy_refuses_what_is_no_class_number(dtype: torch.dtype):
    message = failure("accuracy", torch.zeros(2, dtype=dtype), torch.zeros(2, dtype=torch.int64))
    assert message == (f"the predictions: expected class numbers of an integer dtype (argmax?), got {dtype}")


@pytest.mark.parametrize(
    ("value", "tier"),
    [(2.0001, None), (2.0, "simple"), (1.5001, "simple"), (1.5, "medium"), (0.0, "medium")],
)
def test_low_rmse_reaches_the_tier_at_its_threshold(value: float, tier: str | None):
    assert tier_reached(value, RMSE_TIERS, "rmse") == tier


@pytest.mark.parametrize(("value", "tier"), [(0.4999, None), (0.5, "simple"), (0.75, "medium")])
def test_high_accuracy_reaches_the_tier_at_its_threshold(value: float, tier: str | None):
    assert tier_reached(value, ACCURACY_TIERS, "accuracy") == tier


@pytest.mark.parametrize("value", [None, math.nan])
@pytest.mark.parametrize("metric", ["rmse", "accuracy"])
def test_no_value_reaches_no_tier(value: float | None, metric: str):
    assert tier_reached(value, RMSE_TIERS, metric) is None


def test_accuracy_over_inputs_of_different_lengths_counts_samples_not_means():
    targets = [torch.tensor([1]), torch.tensor([0, 0, 0])]
    assert accuracy([torch.tensor([1]), torch.tensor([1, 1, 0])], targets) == 2 / 4
    assert accuracy((torch.tensor([0]), torch.tensor([0, 0, 0])), targets) == 3 / 4


def test_rmse_over_inputs_of_different_lengths_counts_samples_not_means():
    targets = [torch.zeros(1), torch.zeros(3)]
    assert rmse([torch.tensor([4.0]), torch.zeros(3)], targets) == 2.0


@pytest.mark.parametrize(
    ("predictions", "wrong"),
    [
        (torch.zeros(4, dtype=torch.int64), "a list of 2 tensors, one for each input, not a tensor (4,)"),
        (None, "a list of 2 tensors, one for each input, not a NoneType"),
        ([torch.zeros(1, dtype=torch.int64)], "expected 2 of them, one for each input, got 1"),
        ([torch.zeros(1, dtype=torch.int64), torch.zeros(4, dtype=torch.int64)], "prediction 1: expected shape (3,)"),
        ([torch.zeros(1, dtype=torch.int64), torch.zeros(3)], "prediction 1: expected class numbers"),
    ],
)
def test_predictions_that_do_not_fit_a_list_of_targets(predictions: object, wrong: str):
    assert wrong in failure("accuracy", predictions, [torch.zeros(1), torch.zeros(3)])


def test_predictions_so_far_off_that_the_metric_overflows_cannot_be_rated():
    message = failure("rmse", torch.full((3,), 1e300, dtype=torch.float64), torch.zeros(3))
    assert message == "the predictions: they are so far off that their rmse is no finite number"
