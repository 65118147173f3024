"""Coverage-guided fuzzing with atheris: ``python tests/fuzz/run.py TARGET SECONDS`` (or ``make fuzz``).

The corpus in ``tests/fuzz/corpus/TARGET`` is where it starts. What makes a target fail is written there as
``found-…``, so that it is a test from then on.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["grader"]):
    from targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    target, seconds = sys.argv[1], int(sys.argv[2])
    seeds = CORPUS / target
    with tempfile.TemporaryDirectory() as grown:  # what it grows is large and soon stale
        options = [f"-max_total_time={seconds}", "-max_len=65536", "-rss_limit_mb=4096", "-timeout=20"]
        arguments = [
            sys.argv[0],
            *options,
            "-print_final_stats=1",
            f"-artifact_prefix={seeds}/found-",
            grown,
            str(seeds),
        ]
        atheris.Setup(arguments, TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
