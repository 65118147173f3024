"""What `from grader.checkers import …` offers."""

from __future__ import annotations

import grader.checkers


def test_every_exported_name_exists_and_is_documented():
    assert grader.checkers.__all__ == sorted(grader.checkers.__all__)
    for name in grader.checkers.__all__:
        assert getattr(grader.checkers, name).__doc__, name
