"""Student generators are bounded iterators; a random generator's state comes back, and only a possible one."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.remote import SubmissionProxy
from grader.remote.side import plausible_generator_state
from grader.sandbox.faults import BadValue, Crashed, NotAttempted, TimedOut


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# ------------------------------------------------------------------ iterators


def test_a_generator_is_an_iterator(submission: SubmissionProxy) -> None:
    items = submission.count_up(3)
    assert iter(items) is items
    assert list(items) == [0, 1, 2]
    assert list(items) == []
    with pytest.raises(StopIteration):
        next(items)


def test_a_generator_without_end_is_stopped(submission: SubmissionProxy) -> None:
    with pytest.raises(
        TimedOut, match=r"the generator minibatches went on after 50 items\. Does it ever end\?"
    ) as caught:
        list(submission.minibatches(3, seeded()))
    assert not caught.value.suspect
    assert submission.identity(1) == 1


def test_a_generator_can_be_left_half_way(submission: SubmissionProxy) -> None:
    first = [next(submission.minibatches(3, seeded())) for _ in range(2)]
    assert torch.equal(*first)


def test_an_unfinished_generator_is_not_attempted(submission: SubmissionProxy) -> None:
    with pytest.raises(NotAttempted, match="the generator unfinished_generator is not implemented yet"):
        list(submission.unfinished_generator(3))


def test_an_exception_in_a_generator_comes_at_its_item(submission: SubmissionProxy) -> None:
    items = submission.fails_after(2)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(KeyError, match="batch"):
        next(items)


def test_an_item_that_may_not_cross_is_a_bad_value(submission: SubmissionProxy) -> None:
    with pytest.raises(BadValue, match="the generator bad_from_iterator returned a value that is or holds a set"):
        next(submission.bad_from_iterator())


def test_gradients_end_at_what_a_generator_keeps_from_its_call(submission: SubmissionProxy) -> None:
    x = torch.ones(2, requires_grad=True)
    torch.stack(list(submission.differentiable_items(x))).sum().backward()
    assert x.grad is None


# ------------------------------------------------------------------ torch.Generator


def test_a_generators_state_advances_at_every_item(submission: SubmissionProxy) -> None:
    mine, want = seeded(), seeded()
    for item, _ in zip(submission.minibatches(5, mine), range(3), strict=False):
        assert torch.equal(item, torch.randperm(5, generator=want))
        assert torch.equal(mine.get_state(), want.get_state())
        torch.rand(1, generator=mine)  # a draw here is seen there too, as in one process
        torch.rand(1, generator=want)


def test_a_generators_state_advances_over_calls(submission: SubmissionProxy) -> None:
    mine, want = seeded(), seeded()
    for n in (1, 7, 700):
        assert torch.equal(submission.draw(mine, n), torch.rand(n, generator=want))
    assert torch.equal(torch.rand(3, generator=mine), torch.rand(3, generator=want))


def test_two_generators_are_kept_apart_and_one_passed_twice_is_one(submission: SubmissionProxy) -> None:
    a, b = seeded(1), seeded(2)
    x, y = submission.draw_twice(a, b)
    assert torch.equal(x, torch.rand(2, generator=seeded(1)))
    assert torch.equal(y, torch.rand(2, generator=seeded(2)))
    one = seeded(1)
    x, y = submission.draw_twice(one, one)
    assert torch.equal(torch.cat([x, y]), torch.rand(4, generator=seeded(1)))


def test_a_protected_generator_never_changes(submission: SubmissionProxy) -> None:
    mine = seeded()
    before = mine.get_state()
    submission.protect(mine)
    submission.draw(mine, 10)
    next(submission.minibatches(5, mine))
    submission.identity([mine])
    assert torch.equal(mine.get_state(), before)


def test_a_generator_of_the_students_comes_back_as_one(submission: SubmissionProxy) -> None:
    got = submission.returns_generator(3)
    assert torch.equal(torch.rand(3, generator=got), torch.rand(3, generator=seeded()))
    mine = seeded(9)
    assert submission.identity(mine) is mine


@pytest.mark.parametrize("engine", ["fork"], indirect=True)
def test_a_forged_state_is_refused_and_loads_nothing(open_check: Callable[..., SubmissionProxy]) -> None:
    mine = seeded()
    before = mine.get_state()
    with pytest.raises(Crashed, match="generator state"):
        open_check().forge_state(mine)
    assert torch.equal(mine.get_state(), before)
    assert open_check().identity(1) == 1


DRAWS: list[Callable[[torch.Generator, int], object]] = [
    lambda g, n: torch.randn(n, generator=g),
    lambda g, n: torch.randn(n, generator=g, dtype=torch.float64),
    lambda g, n: torch.rand(n, generator=g),
    lambda g, n: torch.randperm(n, generator=g),
    lambda g, n: torch.randint(10, (n,), generator=g),
    lambda g, n: torch.bernoulli(torch.full((n,), 0.5), generator=g),
    lambda g, n: torch.multinomial(torch.ones(5), n, replacement=True, generator=g) if n else None,
    lambda g, n: torch.empty(n).exponential_(generator=g),
    lambda g, n: torch.normal(0.0, 1.0, (n,), generator=g),
]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, (1 << 63) - 1),
    st.lists(st.tuples(st.sampled_from(DRAWS), st.integers(0, 40) | st.integers(600, 1300)), max_size=8),
)
def test_every_state_that_torch_can_be_in_is_accepted(
    seed: int, draws: list[tuple[Callable[[torch.Generator, int], object], int]]
) -> None:
    generator = seeded(seed)
    for draw, count in draws:
        draw(generator, count)
        assert plausible_generator_state(generator.get_state().numpy().tobytes())


def test_every_place_in_the_twisters_array_is_accepted() -> None:
    generator = seeded()
    for _ in range(1300):
        torch.randint(2, (1,), generator=generator)
        assert plausible_generator_state(generator.get_state().numpy().tobytes())


def spoilt(offset: int, kind: str, value: float) -> bytes:
    generator = seeded()
    torch.randn(7, generator=generator)
    state = bytearray(generator.get_state().numpy().tobytes())
    struct.pack_into(kind, state, offset, value)
    return bytes(state)


@pytest.mark.parametrize(
    ("offset", "kind", "value"),
    [
        (8, "<i", 0),
        (8, "<i", -1),
        (8, "<i", 625),
        (8, "<i", 3),
        (12, "<i", 0),
        (12, "<i", 7),
        (16, "<Q", 0),
        (16, "<Q", 625),
        (16, "<Q", 1 << 40),
        (24, "<Q", 1 << 32),
        (24 + 8 * 623, "<Q", (1 << 64) - 1),
        (5016 + 24, "<i", 2),
        (5052, "<B", 2),
    ],
)
def test_a_state_that_torch_cannot_be_in_is_refused(offset: int, kind: str, value: int) -> None:
    assert not plausible_generator_state(spoilt(offset, kind, value))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=64) | st.binary(min_size=5056, max_size=5056))
def test_random_bytes_are_no_state(data: bytes) -> None:
    assert not plausible_generator_state(data)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5055), st.integers(0, 255))
def test_a_state_with_one_byte_changed_is_refused_or_harmless(offset: int, byte: int) -> None:
    state = bytearray(seeded().get_state().numpy().tobytes())
    state[offset] = byte
    if plausible_generator_state(bytes(state)):
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(state, dtype=torch.uint8))
        assert torch.isfinite(torch.rand(2000, generator=generator)).all()
