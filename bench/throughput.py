"""How fast a class is graded, beside a fresh pytest process per submission and a bare warm fork per check.

``python bench/throughput.py`` (or ``make bench``). Everything is measured in one run, the contestants taking turns,
because machines differ and are busy with other things: only ratios from one run mean anything. Every score of every
contestant is compared with what the submission must get; a wrong one ends the run.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from submissions import write_class  # noqa: E402

FASTER_THAN_PYTEST = 30.0
ABOVE_BARE_FORK = 2.5
SAMPLE = 8  # submissions that fresh pytest processes grade; three in four of them right, as in the class
LAUNCHES = 40
LAUNCH_MS = 25.0
LEVELS = ("isolated", "restricted", "process")
PARTS = {"start": "fork, confine, import", "check": "fork for a check, call", "kill": "end"}


class WrongScore(Exception):
    """A contestant gave points that a submission must not get."""


def run(command: list[str], cwd: Path, codes: tuple[int, ...] = (0,)) -> str:
    """The output of a command. Raises SystemExit with it if the exit code is not one of ``codes``."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def compare(who: str, got: Mapping[str, float], want: Mapping[str, int]) -> None:
    """Raises WrongScore unless everybody got what they must get."""
    wrong = [f"{name}: {got.get(name)}, not {points}" for name, points in want.items() if got.get(name) != points]
    if wrong or len(got) != len(want):
        raise WrongScore(f"{who}: {'; '.join(wrong[:5])} ({len(wrong)} of {len(want)} wrong)")


@dataclass
class Arena:
    """Folders with the classes, and what everybody in them must get."""

    place: Path
    classes: dict[int, dict[str, int]] = field(default_factory=dict)

    def of(self, size: int) -> tuple[Path, dict[str, int]]:
        """The folder of a class of that size, written at its first use, and student → points."""
        folder = self.place / f"class{size}"
        if size not in self.classes:
            self.classes[size] = write_class(folder, size)
        return folder, self.classes[size]

    def ours(self, size: int, jobs: int) -> float:
        """Wall seconds of the whole command, start-up included, on a class never seen before."""
        folder, want = self.of(size)
        out, seed = self.place / "out", self.place / "seed"
        seed.write_text("a seed for the benchmark only\n", encoding="utf-8")
        code = "from grader.cli import main; main()"
        options = ["--out", str(out), "--seed-file", str(seed), "--jobs", str(jobs)]
        start = time.perf_counter()
        run([sys.executable, "-c", code, "grade", "anchor", str(folder), *options], HERE / "course")
        seconds = time.perf_counter() - start
        with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
            got = {row["student"]: float(row["points"] or "nan") for row in csv.DictReader(file)}
        compare(f"grader grade --jobs {jobs}", got, want)
        shutil.rmtree(out)
        return seconds

    def pytest(self, size: int, jobs: int) -> float:
        """Wall seconds per submission: a new ``python -m pytest`` for each of a sample, ``jobs`` at a time."""
        folder, want = self.of(20)
        students = sorted(want)[20 - size :] if size < 8 else sorted(want)[15 - size * 3 // 4 : 15 + size // 4]
        start = time.perf_counter()
        with ThreadPoolExecutor(jobs) as pool:
            got = dict(pool.map(lambda student: (student, self._pytest(folder / student)), students))
        seconds = time.perf_counter() - start
        compare("pytest", got, {student: want[student] for student in students})
        return seconds / len(students)

    def _pytest(self, student: Path) -> int:
        with tempfile.TemporaryDirectory(dir=self.place) as name:
            shutil.copy(student / "anchor.py", name)
            shutil.copy(HERE / "plain" / "test_plain.py", name)
            command = [sys.executable, "-m", "pytest", "-q", "--rootdir", name, "-c", os.devnull, "test_plain.py"]
            said = run(command, Path(name), codes=(0, 1, 2))
        found = re.search(r"(\d+) passed", said)
        return int(found[1]) if found else 0

    def fork(self, size: int, jobs: int, kind: str) -> float:
        """Seconds per submission once the forking process is warm."""
        folder, want = self.of(size)
        told = json.loads(run([sys.executable, str(HERE / "barefork.py"), str(folder), str(jobs), kind], self.place))
        compare(f"a bare fork per {kind}", told["points"], want)
        return float(told["seconds"]) / size

    def launch(self, level: str) -> dict[str, float]:
        """Median milliseconds of a worker's parts; empty if the machine does not offer that level."""
        found = json.loads(run([sys.executable, str(HERE / "launch.py"), str(LAUNCHES), level], self.place))
        return {part: float(found[part]) for part in PARTS} if found["level"] == level else {}


@dataclass
class Figures:
    """What was measured: name → a value per round."""

    values: dict[str, list[float]] = field(default_factory=dict)
    others: float = 0.0  # largest share of the machine that other programs used just before a measurement

    def take(self, name: str, measure: Callable[[], float], told: str = "s") -> float:
        """Measure once, and say so."""
        self.others = max(self.others, _busy_share())
        print(f"  {name} … ", end="", flush=True)
        value = measure()
        print(f"{value:.3f} {told}", flush=True)
        self.values.setdefault(name, []).append(value)
        return value

    def median(self, name: str) -> float:
        return statistics.median(self.values[name])


def _busy_share(seconds: float = 0.4) -> float:
    """Share of all cores in use while this program sleeps; 0 where /proc does not tell."""

    def ticks() -> tuple[int, int]:
        with open("/proc/stat", encoding="ascii") as file:
            numbers = [int(text) for text in file.readline().split()[1:9]]
        return sum(numbers), numbers[3] + numbers[4]

    try:
        before = ticks()
        time.sleep(seconds)
        after = ticks()
    except OSError:
        return 0.0
    total = after[0] - before[0]
    return 1 - (after[1] - before[1]) / total if total else 0.0


def one_round(arena: Arena, figures: Figures, size: int) -> None:
    """Everybody once, in turns; of a class and of a small one, as the difference is what one more submission costs."""
    small = max(10, size // 10)
    for jobs in (2, 1):
        few = figures.take(f"grader grade, {small} submissions, --jobs {jobs}", lambda j=jobs: arena.ours(small, j))
        many = figures.take(f"grader grade, {size} submissions, --jobs {jobs}", lambda j=jobs: arena.ours(size, j))
        slope = (many - few) / (size - small)
        figures.values.setdefault(f"all {jobs}", []).append(many / size)
        figures.values.setdefault(f"slope {jobs}", []).append(slope)
        figures.values.setdefault(f"start {jobs}", []).append(few - small * slope)
        for kind in ("check", "submission"):
            name = f"bare warm fork per {kind}, {jobs} at a time"
            figures.take(name, lambda j=jobs, k=kind: arena.fork(size, j, k), "s per submission")
        sample = SAMPLE if size >= 100 else 4
        figures.take(
            f"fresh pytest processes, {jobs} at a time", lambda j=jobs, n=sample: arena.pytest(n, j), "s per submission"
        )
    for level in LEVELS:
        for part, value in arena.launch(level).items():
            figures.values.setdefault(f"{level} {part}", []).append(value)


def table(figures: Figures, size: int) -> str:
    """Seconds per submission, side by side."""
    median = figures.median
    rows = [
        ("", "1 at a time", "2 at a time"),
        *(
            (title, *(f"{median(name.format(jobs)):.4f}" for jobs in (1, 2)))
            for title, name in (
                (f"grader grade, {size} submissions, everything included", "all {}"),
                ("grader grade, one submission more", "slope {}"),
                ("fresh pytest process per submission (a sample, scaled)", "fresh pytest processes, {} at a time"),
                ("bare warm fork per check, no isolation", "bare warm fork per check, {} at a time"),
                ("bare warm fork per submission, no isolation", "bare warm fork per submission, {} at a time"),
            )
        ),
    ]
    lines = [f"{title:<58}{one:>12}{two:>14}" for title, one, two in rows]
    lines[0] = f"{'seconds per submission':<58}" + lines[0][58:]
    lines += [
        "",
        f"grader's start-up: {median('start 1'):.2f} s with --jobs 1, {median('start 2'):.2f} s with --jobs 2",
        "",
        f"{'median milliseconds of one worker':<40}" + "".join(f"{title:>26}" for title in PARTS.values()),
    ]
    for level in LEVELS:
        if f"{level} start" in figures.values:
            lines.append(f"{level:<40}" + "".join(f"{median(f'{level} {part}'):>26.1f}" for part in PARTS))
    return "\n".join(lines)


def verdicts(figures: Figures) -> str:
    """The targets, and by how much each is met or missed."""
    median, lines = figures.median, []
    for jobs in (1, 2):
        ratio = median(f"fresh pytest processes, {jobs} at a time") / median("all 2")
        target = FASTER_THAN_PYTEST if jobs == 1 else None
        lines.append(_line(f"throughput of --jobs 2 ÷ that of fresh pytest, {jobs} at a time", ratio, target, True))
    for jobs in (1, 2):
        ratio = median(f"slope {jobs}") / median(f"bare warm fork per check, {jobs} at a time")
        title = f"one submission more ÷ bare warm fork per check, {jobs} at a time"
        lines.append(_line(title, ratio, ABOVE_BARE_FORK, False))
    start = median("isolated start") if "isolated start" in figures.values else None
    if start is not None:
        met = "met" if start <= LAUNCH_MS else f"missed by {start / LAUNCH_MS - 1:.0%}"
        title = "milliseconds to fork, confine (isolated) and import a worker"
        lines.append(f"{title:<66}{start:7.2f}    target ≤ {LAUNCH_MS:g}: {met}")
        least = median("process start")
        lines.append(
            f"{'isolated ÷ process, the level without namespaces and files':<66}{start / least:7.2f}×   (no target)"
        )
    return "\n".join(lines)


def _line(title: str, ratio: float, target: float | None, more_is_better: bool) -> str:
    said = f"{title:<66}{ratio:7.2f}×"
    if target is None:
        return f"{said}   (no target)"
    met = ratio >= target if more_is_better else ratio <= target
    sign = "≥" if more_is_better else "≤"
    missed = f"missed by {abs(ratio - target) / target:.0%}"
    return f"{said}   target {sign} {target:g}×: {'met' if met else missed}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--submissions", type=int, default=200, help="size of the class (default: 200)")
    parser.add_argument("--rounds", type=int, default=3, help="times that everybody runs (default: 3)")
    parser.add_argument("--quick", action="store_true", help="one round of 40 submissions: to see that it works")
    options = parser.parse_args()
    size, rounds = (40, 1) if options.quick else (max(20, options.submissions), max(1, options.rounds))
    figures, begin = Figures(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as place:
        arena = Arena(Path(place))
        for number in range(1, rounds + 1):
            print(f"round {number} of {rounds}", flush=True)
            try:
                one_round(arena, figures, size)
            except WrongScore as error:
                raise SystemExit(f"wrong points, so no figures: {error}") from None
    print(f"\n{table(figures, size)}\n\n{verdicts(figures)}\n")
    print(
        f"Medians of {rounds} rounds, {os.cpu_count()} cores, {time.perf_counter() - begin:.0f} s in all;"
        f" other programs used up to {figures.others:.0%} of the machine."
    )
    for peer in ("nbgrader", "otter"):
        if importlib.util.find_spec(peer):
            print(f"{peer} is installed here; it is not measured.")


if __name__ == "__main__":
    main()
