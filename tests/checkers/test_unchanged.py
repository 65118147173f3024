"""assert_unchanged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.checkers import CheckFailed, assert_unchanged


def submission(*changed: str) -> SimpleNamespace:
    return SimpleNamespace(changed_inputs=lambda: list(changed))


def test_nothing_changed_passes():
    assert_unchanged(submission())


def test_the_changed_argument_is_named_once():
    with pytest.raises(CheckFailed) as caught:
        assert_unchanged(submission("argument 1 of mse_loss", "argument 1 of mse_loss"))
    assert str(caught.value) == (
        "argument 1 of mse_loss was changed in place; work on a copy (x.clone()), or write x = x + … for x += …"
    )


def test_many_changed_arguments_are_counted():
    with pytest.raises(CheckFailed, match=r"^a0, a1, a2, a3, a4 and 3 more were changed in place"):
        assert_unchanged(submission(*(f"a{i}" for i in range(8))))
