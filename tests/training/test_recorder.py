"""log(name, value, step): what is kept, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from grader.training.recorder import Recorder


class Writer:
    def __init__(self) -> None:
        self.scalars = []

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        self.scalars.append((tag, scalar_value, global_step))


def test_numbers_go_to_curves_writer_and_progress(shown):
    writer = Writer()
    log = Recorder(writer, shown)
    log("loss", 2.0, 0)
    log("accuracy", 0.5, 0)
    log("loss", 1.0, 1)
    assert log.curves == {"loss": [(0, 2.0), (1, 1.0)], "accuracy": [(0, 0.5)]}
    assert writer.scalars == [("loss", 2.0, 0), ("accuracy", 0.5, 0), ("loss", 1.0, 1)]
    assert shown.updates[-1] == (1, {"loss": 1.0, "accuracy": 0.5})


@pytest.mark.parametrize("value", [3, torch.tensor(3.0, requires_grad=True), torch.ones(1) * 3, np.float32(3)])
def test_what_is_one_number_is_taken(value: object, shown):
    log = Recorder(Writer(), shown)
    log("loss", value, np.int64(4))
    ((step, number),) = log.curves["loss"]
    assert (step, number) == (4, 3.0)
    assert (type(step), type(number)) == (int, float)


def test_nan_is_kept(shown):
    log = Recorder(Writer(), shown)
    log("loss", math.nan, 0)
    assert math.isnan(log.curves["loss"][0][1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 2.0, 3), "the name must be a str, not int"),
        (("loss", "high", 3), "the value must be a number, not this str"),
        (("loss", None, 3), "the value must be a number, not this NoneType"),
        (("loss", torch.ones(2), 3), "the value must be a number, not this Tensor"),
        (("loss", 2.0, 1.5), "the step must be a whole number, not float"),
    ],
)
def test_what_is_no_number_is_refused(arguments: tuple, message: str, shown):
    log = Recorder(Writer(), shown)
    with pytest.raises(TypeError) as caught:
        log(*arguments)
    assert str(caught.value) == f"log(name, value, step): {message}"
    assert log.curves == {}
