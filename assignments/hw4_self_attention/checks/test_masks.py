"""Local, stride, global and graph masks, element by element."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_unchanged, check_equal


def picture(*rows):
    """A bool mask from rows of # (True) and . (False)."""
    return torch.tensor([[c == "#" for c in row] for row in rows])


def refuses(call, *args, what):
    """Pass if the call raises ValueError."""
    try:
        call(*args)
    except ValueError:
        return
    raise CheckFailed(f"{what} must raise ValueError.")


@pytest.mark.points(1)
@pytest.mark.hint("|i − j| ≤ w, in both directions.")
def test_local_mask_value(submission):
    """local_mask is True up to a distance of w, on both sides"""
    want = picture("####....", "#####...", "######..", "#######.", ".#######", "..######", "...#####", "....####")
    mistakes = {
        "The mask is the wrong way round: True = may attend.": ~want,
        "w is the radius, not the width of the window.": picture(
            "##......", "###.....", ".###....", "..###...", "...###..", "....###.", ".....###", "......##"
        ),
        "A distance of exactly w is near enough: ≤, not <.": picture(
            "###.....", "####....", "#####...", ".#####..", "..#####.", "...#####", "....####", ".....###"
        ),
        "The window looks to both sides, not only back.": want.tril(),
        "The window looks to both sides, not only ahead.": want.triu(),
        "The window ends at the borders; it does not wrap around.": picture(
            "####.###", "#####.##", "######.#", "#######.", ".#######", "#.######", "##.#####", "###.####"
        ),
        "The diagonal is True: the distance is 0.": want & ~torch.eye(8, dtype=torch.bool),
    }
    check_equal(submission.local_mask(8, 3), want, what="local_mask(8, 3)", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("w = 0 leaves the diagonal; a w as large as L − 1 or larger allows everything.")
def test_local_mask_edges(submission):
    """local_mask: radius 0, a very large radius, one position; a negative radius raises ValueError"""
    check_equal(submission.local_mask(5, 0), torch.eye(5, dtype=torch.bool), what="local_mask(5, 0)")
    check_equal(submission.local_mask(5, 4), torch.ones(5, 5, dtype=torch.bool), what="local_mask(5, 4)")
    check_equal(submission.local_mask(3, 11), torch.ones(3, 3, dtype=torch.bool), what="local_mask(3, 11)")
    check_equal(submission.local_mask(1, 1), torch.ones(1, 1, dtype=torch.bool), what="local_mask(1, 1)")
    refuses(submission.local_mask, 5, -1, what="local_mask(5, -1)")


@pytest.mark.points(1)
@pytest.mark.hint("(i − j) % s == 0")
def test_stride_mask_value(submission):
    """stride_mask is True at every multiple of s, on both sides and on the diagonal"""
    want = picture("#..#..#.", ".#..#..#", "..#..#..", "#..#..#.", ".#..#..#", "..#..#..", "#..#..#.", ".#..#..#")
    eye = torch.eye(8, dtype=torch.bool)
    columns = picture(*["#..#..#."] * 8)
    mistakes = {
        "The mask is the wrong way round: True = may attend.": ~want,
        "Every multiple of s, not only the distances 0 and s.": picture(
            "#..#....", ".#..#...", "..#..#..", "#..#..#.", ".#..#..#", "..#..#..", "...#..#.", "....#..#"
        ),
        "Every multiple of s, the distance 0 too, not only a distance of exactly s.": picture(
            "...#....", "....#...", ".....#..", "#.....#.", ".#.....#", "..#.....", "...#....", "....#..."
        ),
        "The distance 0 is a multiple of s: the diagonal is True.": want & ~eye,
        "The distance to the query counts, not the position of the key.": columns,
        "In both directions, not only back.": want.tril(),
        "In both directions, not only ahead.": want.triu(),
        "s is the distance itself: there are s − 1 positions between.": (
            picture(*["#...#...", ".#...#..", "..#...#.", "...#...#"] * 2)
        ),
    }
    check_equal(submission.stride_mask(8, 3), want, what="stride_mask(8, 3)", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("s = 1 allows everything.")
def test_stride_mask_edges(submission):
    """stride_mask: stride 1, a stride beyond the length; a stride below 1 raises ValueError"""
    check_equal(submission.stride_mask(5, 1), torch.ones(5, 5, dtype=torch.bool), what="stride_mask(5, 1)")
    check_equal(submission.stride_mask(3, 3), torch.eye(3, dtype=torch.bool), what="stride_mask(3, 3)")
    check_equal(submission.stride_mask(3, 7), torch.eye(3, dtype=torch.bool), what="stride_mask(3, 7)")
    for s in (0, -2):
        refuses(submission.stride_mask, 5, s, what=f"stride_mask(5, {s})")


@pytest.mark.points(1)
@pytest.mark.hint("Rows and columns of index: mask_ij = i ∈ index or j ∈ index.")
def test_global_mask_value(submission):
    """global_mask is True in the rows and the columns of the global positions, and nowhere else"""
    want = picture(".#..#.", "######", ".#..#.", ".#..#.", "######", ".#..#.")
    special = want[0]
    mistakes = {
        "The mask is the wrong way round: True = may attend.": ~want,
        "The diagonal of the other positions is False.": want | torch.eye(6, dtype=torch.bool),
        "Everyone attends to the global positions: their columns are True, too.": special[:, None].expand(6, 6),
        "The global positions attend to everyone: their rows are True, too.": special.expand(6, 6),
        "A global position on one side is enough: or, not and.": special[:, None] & special,
    }
    index = torch.tensor([4, 1])
    check_equal(submission.global_mask(6, index), want, what="global_mask(6, tensor([4, 1]))", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("index may be a list, may be empty and may repeat a position.")
def test_global_mask_edges(submission):
    """global_mask takes a list, repetitions and an empty index"""
    want = picture("..#", "..#", "###")
    check_equal(submission.global_mask(3, [2]), want, what="global_mask(3, [2])")
    check_equal(submission.global_mask(3, torch.tensor([2, 2])), want, what="global_mask(3, tensor([2, 2]))")
    nothing = torch.zeros(3, 3, dtype=torch.bool)
    check_equal(submission.global_mask(3, []), nothing, what="global_mask(3, [])")
    empty = torch.zeros(0, dtype=torch.int64)
    check_equal(submission.global_mask(3, empty), nothing, what="global_mask(3, an empty tensor)")
    check_equal(submission.global_mask(1, [0]), picture("#"), what="global_mask(1, [0])")


@pytest.mark.points("1.5")
@pytest.mark.hint("edge_index[0] is where an edge comes from, edge_index[1] where it goes: mask[target, source].")
def test_graph_mask_value(submission):
    """graph_mask lets a node attend to the sources of its edges, and to itself"""
    edges = torch.tensor([[0, 0, 3, 1, 4, 4], [1, 2, 1, 4, 3, 0]])
    want = picture("#...#", "##.#.", "#.#..", "...##", ".#..#")
    mistakes = {
        "The mask is the wrong way round: True = may attend.": ~want,
        "The target attends to the source: rows are targets, columns are sources.": want.T,
        "Edges are directed: don't make the mask symmetric.": want | want.T,
        "Each node attends to itself: the diagonal is True.": want & ~torch.eye(5, dtype=torch.bool),
        "Each node attends to itself, and rows are targets, columns are sources.": want.T
        & ~torch.eye(5, dtype=torch.bool),
        "Each node attends to itself, and edges are directed.": (want | want.T) & ~torch.eye(5, dtype=torch.bool),
        "Edges only, no paths: node 1 does not attend to what node 3 attends to.": want
        | (want.double() @ want.double() > 0),
    }
    check_equal(submission.graph_mask(edges, 5), want, what="graph_mask(edge_index, 5)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint(
    "True or False: an edge that is listed twice counts once. N is given, it is not the largest node + 1."
)
def test_graph_mask_edges(submission):
    """graph_mask: no edges, repeated edges, loops, nodes without an edge"""
    none = torch.zeros(2, 0, dtype=torch.int64)
    check_equal(submission.graph_mask(none, 3), torch.eye(3, dtype=torch.bool), what="graph_mask(no edges, 3)")
    edges = torch.tensor([[0, 0, 1, 2, 2, 2], [1, 1, 1, 0, 0, 0]])  # twice, a loop, three times
    check_equal(submission.graph_mask(edges, 4), picture("#.#.", "##..", "..#.", "...#"), what="graph_mask(edges, 4)")
