"""An invented survey in the layout of ML2021's HW1 data: 40 states, 18 questions a day, windows of 3 days.

How the invented world works is told in README.md beside this file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]

_STATES = (
    "AL AK AZ AR CA CO CT FL GA ID IL IN IA KS KY LA MD MA MI MN"
    " MS MO NE NV NJ NM NY NC OH OK OR PA RI SC TX UT VA WA WV WI"
)
_FEATURES = (
    "cli ili hh_cmnty_cli nohh_cmnty_cli wearing_mask travel_outside_state work_outside_home shop restaurant"
    " spent_time large_event public_transit anxious depressed felt_isolated worried_become_ill"
    " worried_finances tested_positive"
)
STATES, FEATURES = tuple(_STATES.split()), tuple(_FEATURES.split())
HEADER = ("id", *STATES, *FEATURES, *FEATURES, *FEATURES)

TRAIN_FILE, TEST_FILE = "covid.train.csv", "covid.test.csv"
TRAIN_WINDOWS = 67  # a state; they cover the days 0 … 68
TRAIN_DAYS = TRAIN_WINDOWS + 2
TEST_STARTS = 22  # first days of the test windows: 69 … 90
TEST_COPIES = 4  # windows for each state and first day in a split
TEST_FILE_ROWS = 880  # of the published split; about as many as the real file has
WARM_UP = 30  # days before day 0, so that the first day is a day like any other
DECIMALS = 7  # as in the real files

MASK, EVENT, POSITIVE = (FEATURES.index(name) for name in ("wearing_mask", "large_event", "tested_positive"))
# Questions whose answers tell nothing: travel … spent_time, public_transit … worried_finances.
IDLE = tuple(range(5, 10)) + tuple(range(11, 17))
IDLE_MEAN = np.array([9.0, 32, 55, 17, 36, 2.4, 18, 13, 19, 65, 44.5])
IDLE_SPREAD = np.array([3.0, 5, 4.5, 5.5, 6.5, 1, 2.2, 1.6, 2.7, 6, 5])


class World(NamedTuple):
    """What stays as it is over all days: (S,) a state, (Q, 1) a question without a message, (Q, S) both."""

    level: Array  # of the infections, on the logit scale
    swing: Array  # size of the state's own wave
    period: Array  # its length in days
    phase: Array
    national_phase: Array  # ()
    mask: Array  # habit of each state, in percent
    event: Array
    idle: Array  # where each state's answers lie
    drift: Array  # of a question, in spreads over the training block
    response: Array  # of a question to the epidemic at day 0; it fades to nothing at the end of the block


class Day(NamedTuple):
    """What one day hands on to the next, for C copies of the world: (C, S), idle (C, Q, S)."""

    outbreak: Array  # a state's deviation from its waves, on the logit scale
    mask: Array
    event: Array
    idle: Array
    positive: Array
    change: Array  # of `positive` since the day before


def write(folder: Path, *, world_seed: int, split_seed: int) -> None:
    """Writes covid.train.csv (2680 rows, target last) and covid.test.csv (880 rows, no target) to ``folder``.

    Args:
        folder: exists.
        world_seed: for everything up to the end of the training block.
        split_seed: of the split whose first rows are published, without targets, as covid.test.csv.
    """
    inputs, targets, _, _ = _training_block(world_seed)
    _write_table(folder / TRAIN_FILE, HEADER, np.column_stack([inputs, targets]))
    inputs, _ = _test_block(world_seed, split_seed)
    _write_table(folder / TEST_FILE, HEADER[:-1], inputs[:TEST_FILE_ROWS])


def split(*, world_seed: int, split_seed: int) -> tuple[Tensor, Tensor]:
    """A test split: inputs (3520, 93) and targets (3520,), float32, in random order.

    For every row the days after the training block are drawn afresh. So no row tells another row's target,
    and neither inputs nor targets follow from the public files.
    """
    inputs, targets = _test_block(world_seed, split_seed)
    return torch.from_numpy(inputs.astype(np.float32)), torch.from_numpy(targets.astype(np.float32))


def arrays(folder: Path) -> Iterator[Array]:
    """The numbers that stand in the two files that ``write`` wrote, for the checksum."""
    for name in (TRAIN_FILE, TEST_FILE):
        yield _read_table(folder / name)


def write_real(raw: Path, folder: Path) -> tuple[Tensor, Tensor]:
    """Makes the folder that is trained on from the real files in ``raw``, and a hold-out to look at.

    The last 13 rows of each state are held out and the 2 before them, which share days with them, are
    dropped; the rest becomes covid.train.csv. covid.test.csv is copied; nobody has published its targets.

    Returns:
        inputs (N, 93) and targets (N,) of the hold-out, float32.
    """
    header, *lines = (raw / TRAIN_FILE).read_text().splitlines(keepends=True)
    table = _read_table(raw / TRAIN_FILE)
    state = table[:, 1 : 1 + len(STATES)].argmax(axis=1)
    from_end = np.array([np.count_nonzero(state[i + 1 :] == s) for i, s in enumerate(state)])
    kept, held = from_end >= 15, table[from_end < 13, 1:].astype(np.float32)
    (folder / TRAIN_FILE).write_text(header + "".join(compress(lines, kept)))
    (folder / TEST_FILE).write_bytes((raw / TEST_FILE).read_bytes())
    return torch.from_numpy(held[:, :-1].copy()), torch.from_numpy(held[:, -1].copy())


def _training_block(world_seed: int) -> tuple[Array, Array, World, Day]:
    """Inputs (2680, 93), targets (2680,), and the world with its last training day."""
    rng = np.random.default_rng([world_seed, 0])
    world = _draw_world(rng)
    answers, last = _live(world, _first_day(world), range(-WARM_UP, TRAIN_DAYS), rng)
    answers = answers[0, :, WARM_UP:]  # (S, 69, 18)
    windows = [_window(answers[s, w : w + 3], s) for s in range(len(STATES)) for w in range(TRAIN_WINDOWS)]
    return *_inputs_and_targets(windows), world, last


def _test_block(world_seed: int, split_seed: int) -> tuple[Array, Array]:
    """Inputs (3520, 93) and targets (3520,), rows in random order as in the real test file."""
    *_, world, last = _training_block(world_seed)
    rng = np.random.default_rng([world_seed, 1, split_seed])
    # One continuation of history for each window. Windows of one continuation would overlap, and the
    # target of each would stand among the inputs of the next.
    copies = TEST_STARTS * TEST_COPIES
    first = Day(*(np.repeat(value, copies, axis=0) for value in last))
    answers, _ = _live(world, first, range(TRAIN_DAYS, TRAIN_DAYS + TEST_STARTS + 2), rng)
    windows = []
    for copy in range(copies):
        start = copy % TEST_STARTS
        windows += [_window(answers[copy, s, start : start + 3], s) for s in range(len(STATES))]
    return _inputs_and_targets([windows[i] for i in rng.permutation(len(windows))])


def _draw_world(rng: Generator) -> World:
    S, Q = len(STATES), len(IDLE)
    return World(
        level=rng.normal(-1.7, 0.4, S),
        swing=rng.uniform(0.2, 0.5, S),
        period=rng.uniform(50, 110, S),
        phase=rng.uniform(0, 2 * np.pi, S),
        national_phase=np.array(rng.uniform(0, 2 * np.pi)),
        mask=rng.normal(82, 4, S),
        event=rng.normal(17, 1, S),
        idle=rng.normal(0, 1, (Q, S)),
        drift=rng.normal(0, 1.0, (Q, 1)),
        response=rng.normal(0, 0.5, (Q, 1)),
    )


def _first_day(world: World) -> Day:
    zero = np.zeros((1, len(STATES)))
    return Day(
        outbreak=zero,
        mask=world.mask[None],
        event=world.event[None],
        idle=np.zeros((1, len(IDLE), len(STATES))),
        positive=100 * _sigmoid(world.level)[None],
        change=zero,
    )


def _live(world: World, day: Day, days: range, rng: Generator) -> tuple[Array, Day]:
    """Lives through ``days``. Returns the answers, (C, S, days, 18), and the last day."""
    history = []
    for number in days:
        answers, day = _next_day(world, day, number, rng)
        history.append(answers)
    return np.stack(history, axis=2), day


def _next_day(world: World, before: Day, number: int, rng: Generator) -> tuple[Array, Day]:
    """One day: the answers, (C, S, 18), and what is handed on."""
    shape = before.positive.shape

    def noise(spread: float) -> Array:
        return rng.normal(0, spread, shape)

    outbreak = 0.93 * before.outbreak + noise(0.2)
    wave = world.swing * np.sin(2 * np.pi * number / world.period + world.phase)
    national = 0.4 * np.sin(2 * np.pi * number / 85 + world.national_phase)
    infected = 100 * _sigmoid(world.level + wave + national + outbreak)  # percent; no question asks for it

    mask = np.clip(world.mask + 0.9 * (before.mask - world.mask) + noise(3), 1, 99.9)
    event = np.clip(world.event + 0.4 * (before.event - world.event) + noise(3.5), 0.1, 99.9)

    # The positives follow the infections: fast where few wear masks, slowly where most do. Yesterday's
    # events add to them, and a part of yesterday's change goes on.
    pull = 0.08 + 0.52 * _sigmoid(-1.6 * (mask - 82) / 4)
    gap = infected - before.positive
    pull = pull * np.where(gap > 0, 1.2, 0.8)
    change = pull * gap + 0.25 * (before.event - 17) + 0.3 * before.change + noise(0.5)
    positive = np.clip(before.positive + change, 0.1, 95)

    progress = number / TRAIN_DAYS
    idle = before.idle + rng.normal(0, 0.06, before.idle.shape)
    echo = (1 - progress) * world.response * ((positive - 18) / 8)[:, None]  # (C, Q, S)

    answers = np.empty((*shape, len(FEATURES)))
    answers[..., 0] = 0.05 * infected * (1 + noise(0.05))
    answers[..., 1] = 1.03 * answers[..., 0] + noise(0.03)
    answers[..., 2] = 1.2 * infected + 8 + noise(1.5)
    answers[..., 3] = 1.1 * infected + 5 + noise(1.5)
    answers[..., MASK] = mask
    answers[..., EVENT] = event
    own = world.idle + idle + world.drift * progress + echo  # in spreads
    answers[..., IDLE] = np.moveaxis(IDLE_MEAN[:, None] + IDLE_SPREAD[:, None] * own, 1, -1)
    answers[..., POSITIVE] = positive
    answers = np.clip(answers, 0, 100)
    return answers, Day(outbreak, mask, event, idle, positive, positive - before.positive)


def _window(days: Array, state: int) -> Array:
    """The state one-hot and three days of answers, (3, 18) -> (94,); the last number is the target."""
    return np.concatenate([np.eye(len(STATES))[state], days.ravel()])


def _inputs_and_targets(windows: list[Array]) -> tuple[Array, Array]:
    # Rounded here and not in the files alone: what is trained on and what is asked for look alike.
    table = np.round(np.array(windows), DECIMALS)
    return table[:, :-1], table[:, -1]


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _write_table(path: Path, header: tuple[str, ...], table: Array) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([i, *row] for i, row in enumerate(table.tolist()))


def _read_table(path: Path) -> Array:
    return np.loadtxt(path, delimiter=",", skiprows=1)
