"""What a worker tells of its modules is checked: anything malformed is a CodecError, and nothing else."""

from __future__ import annotations

import copy
import random
from contextlib import suppress
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from grader.remote.module import Mirrors, RemoteModule, clean
from grader.sandbox.bounds import CodecError
from grader.sandbox.mirror import Originals


def mirrors() -> Mirrors:
    made = Mirrors()
    made.peer = None  # type: ignore[assignment]
    made.offer = lambda value: 0
    return made


def originals(module: nn.Module) -> Originals:
    """The worker's end, with ``module`` handed out under the handle 100."""
    made, numbers = Originals(), {id(module): 100}

    def offer(value: Any) -> int:
        return numbers.setdefault(id(value), 101 + len(numbers))

    made.offer = offer
    made.lend(100, module)
    return made


def a_module() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


def told() -> Any:
    return originals(a_module()).news()


def test_news_build_a_module_and_change_it() -> None:
    module = a_module()
    there, here = originals(module), mirrors()
    here.take(there.news())
    mirror = here.mirror(100)
    assert {k: v.tolist() for k, v in mirror.state_dict().items()} == {
        k: v.tolist() for k, v in module.state_dict().items()
    }
    weight = mirror[0].weight
    with torch.no_grad():
        module[0].weight.add_(1)
    module[1].eval()
    here.take(there.news())
    assert mirror[0].weight is weight
    assert torch.equal(weight, module[0].weight)
    assert not mirror[1].training


def test_what_both_sides_know_is_no_news() -> None:
    there, here = originals(a_module()), mirrors()
    here.take(there.news())
    assert there.news() is None
    assert here.news() is None
    here.mirror(100)[0].weight.data += 1
    there.take(here.news())
    assert here.news() is None
    assert there.news() is None


def test_a_gradient_a_flag_and_a_mode_are_news() -> None:
    module = a_module()
    there, here = originals(module), mirrors()
    here.take(there.news())
    mirror = here.mirror(100)
    mirror[0].bias.grad = torch.ones(3)
    mirror[0].weight.requires_grad_(False)
    mirror[1].eval()
    mirror[1].running_mean.fill_(4)
    there.take(here.news())
    assert torch.equal(module[0].bias.grad, torch.ones(3))
    assert not module[0].weight.requires_grad
    assert not module[1].training
    assert torch.equal(module[1].running_mean, torch.full((3,), 4.0))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 110)
    | st.text(max_size=3)
    | st.just(torch.ones(2))
    | st.just(torch.ones(2, dtype=torch.int64)),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(99, 103) | st.text(max_size=2), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)
parameters = st.dictionaries(st.integers(100, 103), st.lists(anything, min_size=3, max_size=3) | anything, max_size=3)
modules = st.dictionaries(st.integers(100, 103), st.lists(anything, min_size=5, max_size=5) | anything, max_size=3)


@settings(max_examples=300, deadline=None)
@given(anything | st.tuples(parameters, modules).map(list))
def test_arbitrary_news_are_taken_or_refused(news: Any) -> None:
    here = mirrors()
    with suppress(CodecError):
        here.take(news)
    with suppress(CodecError):
        here.mirror(100)


def spoil(node: Any, rng: random.Random) -> Any:
    if isinstance(node, list) and node and rng.random() < 0.8:
        place = rng.randrange(len(node))
        return [spoil(v, rng) if i == place else v for i, v in enumerate(node)]
    if isinstance(node, dict) and node and rng.random() < 0.8:
        place = rng.choice(list(node))
        return {k: spoil(v, rng) if k == place else v for k, v in node.items()}
    return rng.choice([None, True, 0, 101, -1, "x", "\ud800", [], {}, torch.ones(7), torch.ones(3, dtype=torch.int32)])


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_news_with_one_place_spoilt_are_taken_or_refused(rng: random.Random) -> None:
    here, first = mirrors(), told()
    with suppress(CodecError):
        here.take(spoil(copy.copy(first), rng))
    here = mirrors()
    here.take(first)
    with suppress(CodecError):
        here.take(spoil(copy.copy(first), rng))
    assert isinstance(here.mirror(100), RemoteModule)


def test_a_module_inside_itself_is_no_endless_loop() -> None:
    here = mirrors()
    here.take([{}, {100: ["M", True, {}, {}, {"own": 100}]}])
    assert len(list(here.mirror(100).modules())) == 1


@pytest.mark.parametrize(("text", "want"), [("a\ud800b", "a?b"), ("ü" * 300, "ü" * 200), (5, ""), (None, "")])
def test_a_name_of_the_students_can_be_written_anywhere(text: Any, want: str) -> None:
    assert clean(text) == want
