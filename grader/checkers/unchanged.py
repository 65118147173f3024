"""Inputs must come back as they went in."""

from __future__ import annotations

from typing import Protocol

from grader.checkers.failure import CheckFailed, shorten


class Watched(Protocol):
    """Anything that knows which inputs the calls through it have changed."""

    def changed_inputs(self) -> list[str]:
        """Phrases such as 'argument 1 of mse_loss'."""
        ...


def assert_unchanged(submission: Watched) -> None:
    """Pass if no call so far has changed one of its inputs in place. Raises CheckFailed naming them."""
    __tracebackhide__ = True
    changed = list(dict.fromkeys(submission.changed_inputs()))
    if not changed:
        return
    names = ", ".join(shorten(name, 120) for name in changed[:5])
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    verb = "was" if len(changed) == 1 else "were"
    raise CheckFailed(
        f"{names}{more} {verb} changed in place; work on a copy (x.clone()), or write x = x + … for x += …"
    )
