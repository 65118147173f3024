"""A live line while a model trains: step, seconds, the latest numbers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

_REFRESH = 0.1  # seconds; a quick training logs thousands of times a second


class LiveLine:
    """Shows the latest numbers on one line of the terminal; use it as a context manager.

    Where the output is no terminal, nothing is shown until the end.
    """

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, transient=True, auto_refresh=False)
        self._spinner = Spinner("dots")
        self._start = self._shown = time.monotonic()
        self.steps = 0

    def __enter__(self) -> LiveLine:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def update(self, step: int, latest: Mapping[str, float]) -> None:
        """Show a step and the latest numbers."""
        self.steps = step
        now = time.monotonic()
        if now - self._shown < _REFRESH:
            return
        self._shown = now
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in latest.items())
        self._spinner.update(text=Text(f"step {step}  {now - self._start:.0f} s  {numbers}", no_wrap=True))
        self._live.update(self._spinner, refresh=True)
