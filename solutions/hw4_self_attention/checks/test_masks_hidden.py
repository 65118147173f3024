"""Masks beside their definitions, pair by pair."""

import pytest
import torch

from grader.checkers import assert_unchanged, check_equal

pytestmark = pytest.mark.hidden


def mask_of(length, rule):
    return torch.tensor([[bool(rule(i, j)) for j in range(length)] for i in range(length)])


@pytest.mark.points("0.5")
@pytest.mark.hint("|i − j| ≤ w")
def test_local_mask_many(submission):
    """local_mask for many lengths and radii"""
    for length, w in ((1, 0), (2, 1), (5, 1), (7, 3), (11, 4), (13, 12), (6, 2)):
        want = mask_of(length, lambda i, j, w=w: abs(i - j) <= w)
        check_equal(submission.local_mask(length, w), want, what=f"local_mask({length}, {w})")


@pytest.mark.points("0.5")
@pytest.mark.hint("s divides i − j")
def test_stride_mask_many(submission):
    """stride_mask for many lengths and strides"""
    for length, s in ((1, 1), (1, 3), (2, 2), (5, 2), (7, 5), (11, 4), (13, 3), (6, 6)):
        want = mask_of(length, lambda i, j, s=s: abs(i - j) % s == 0)
        check_equal(submission.stride_mask(length, s), want, what=f"stride_mask({length}, {s})")


@pytest.mark.points("0.5")
@pytest.mark.hint("mask_ij = i ∈ index or j ∈ index")
def test_global_mask_many(submission, rng):
    """global_mask for many sets of positions, in any order; it joins with a local mask"""
    for length, count in ((1, 1), (5, 5), (7, 2), (11, 3), (13, 1)):
        index = torch.randperm(length, generator=rng)[:count]
        special = set(index.tolist())
        want = mask_of(length, lambda i, j, special=special: i in special or j in special)
        what = f"global_mask({length}, {index.tolist()})"
        check_equal(submission.global_mask(length, index), want, what=what)
        check_equal(submission.global_mask(length, index.tolist()), want, what=f"{what}, a list,")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("mask[target, source], and the diagonal")
def test_graph_mask_many(submission, rng):
    """graph_mask for random directed graphs"""
    for nodes, count in ((1, 0), (3, 4), (7, 11), (13, 30)):
        edges = torch.randint(nodes, (2, count), generator=rng)
        pairs = set(zip(*edges.tolist(), strict=True))
        want = mask_of(nodes, lambda i, j, pairs=pairs: i == j or (j, i) in pairs)
        check_equal(submission.graph_mask(edges, nodes), want, what=f"graph_mask({edges.tolist()}, {nodes})")
    assert_unchanged(submission)
