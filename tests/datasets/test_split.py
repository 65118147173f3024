"""Splits: what the schema demands of inputs of every form, and the file that they are kept in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from grader.datasets.description import Schema
from grader.datasets.split import Split, load_split, problem, save_split

VARYING = [torch.randn(n, 3) for n in (2, 5, 1)]
LABELS = [torch.zeros(len(t), dtype=torch.int64) for t in VARYING]


@pytest.mark.parametrize(
    ("split", "schema"),
    [
        (Split(torch.ones(4, 3), torch.ones(4)), Schema((3,))),
        (Split(VARYING, LABELS), Schema((None, 3))),
        (Split(torch.zeros(2, 8, 8, 3, dtype=torch.uint8), torch.zeros(2)), Schema((8, 8, 3), "uint8")),
        (Split(["ein Haus", "zwei"], ["a house", "two"]), Schema(None)),
    ],
    ids=["tensor", "list of tensors", "uint8", "texts"],
)
def test_a_split_of_every_form_keeps_the_rule_and_survives_the_file(split: Split, schema: Schema, tmp_path: Path):
    assert problem(split, schema) == ""
    save_split(split, tmp_path / "split.safetensors")
    again = load_split(tmp_path / "split.safetensors")
    for one, other in ((split.inputs, again.inputs), (split.targets, again.targets)):
        assert type(one) is type(other)
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


@pytest.mark.parametrize(
    ("split", "schema", "wrong"),
    [
        (Split(torch.ones(3, 2, 3), LABELS), Schema((None, 3)), "must be a list of tensors (T, 3)"),
        (Split([*VARYING, torch.ones(4, 2)], LABELS), Schema((None, 3)), "the shape (T, 3), not (4, 2)"),
        (Split([*VARYING[:2], "three"], LABELS), Schema((None, 3)), "must be a list of tensors (T, 3)"),
        (Split([*VARYING[:2], torch.ones(2, 3, dtype=torch.int64)], LABELS), Schema((None, 3)), "not torch.int64"),
        (Split(VARYING, [*LABELS[:2], torch.tensor([float("inf")])]), Schema((None, 3)), "targets must be finite"),
        (Split(VARYING, LABELS[:2]), Schema((None, 3)), "as many targets as inputs, and at least one, not 3 and 2"),
        (Split([], []), Schema(None), "at least one, not 0 and 0"),
        (Split(["one", 2], ["a", "b"]), Schema(None), "must be a list of texts"),
        (Split(torch.ones(2), torch.ones(2)), Schema(None), "must be a list of texts"),
    ],
)
def test_a_split_that_breaks_the_rule_is_told_how(split: Split, schema: Schema, wrong: str):
    assert wrong in problem(split, schema)
