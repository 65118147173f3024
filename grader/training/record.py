"""``run.json``: what a training run was made of, beside the weights that came out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

FORMAT = 1


@dataclass(frozen=True)
class RunRecord:
    """One training run.

    seconds: on the clock, of ``train`` alone.
    last: the last value of every logged name; None where it was not finite.
    code: SHA-256 of the model module; weights: SHA-256 of the weights file.
    """

    assignment: str
    version: str
    seed: int
    device: str
    torch: str
    seconds: float
    last: Mapping[str, float | None]
    code: str
    weights: str

    def to_json(self) -> str:
        """As JSON, with the number of the format in front."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"
