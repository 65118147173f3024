"""One check, or a few, for each kind of thing that crosses the boundary; a point each."""

import pytest
import torch

from grader.checkers import assert_close, assert_unchanged, check_equal, check_number, check_tensor

EXACT = {"atol": 1e-12}  # float64, one or two operations


def numbers(rng, *shape):
    return torch.randn(*shape, dtype=torch.float64, generator=rng)


@pytest.mark.points(1)
@pytest.mark.hint("x times x.")
def test_square_value(submission, rng):
    """square has the right values"""
    x = numbers(rng, 3, 4)
    y = submission.square(x)
    check_tensor(y, shape=(3, 4), dtype=torch.float64)
    assert_close(y, x * x, **EXACT)
    x = numbers(rng, 1)
    assert_close(submission.square(x), x * x, **EXACT)


@pytest.mark.points(1)
@pytest.mark.depends("test_square_value")
def test_square_gradient(submission, rng):
    """square has the right gradient"""
    x = numbers(rng, 3, 4).requires_grad_()
    v = numbers(rng, 3, 4)
    (got,) = torch.autograd.grad(submission.square(x), x, v)
    assert_close(got, 2 * x.detach() * v, **EXACT, what="the gradient")


@pytest.mark.points(1)
@pytest.mark.depends("test_square_value")
def test_square_unchanged(submission, rng):
    """square leaves its input alone"""
    x = numbers(rng, 3, 4)
    assert_close(submission.square(x), x * x, **EXACT)
    assert_unchanged(submission)


@pytest.mark.points(1)
def test_apply_twice(submission, rng):
    """apply_twice calls the function that it is given, two times"""
    a, x = numbers(rng, 4), numbers(rng, 4)
    calls = []

    def shift(t):
        calls.append(1)
        check_tensor(t, shape=(4,), dtype=torch.float64, what="the argument of f")
        return t + a

    got = submission.apply_twice(shift, x)
    check_number(len(calls), 2, atol=0, what="the number of calls of f")
    assert_close(got, x + 2 * a, **EXACT)


@pytest.mark.points(1)
def test_countdown(submission):
    """countdown yields n, n - 1, …, 1"""
    check_equal(list(submission.countdown(5)), [5, 4, 3, 2, 1], what="list(countdown(5))")


@pytest.mark.points(1)
def test_summary(submission):
    """summary counts, and finds the largest"""
    got = submission.summary([3.0, 7.5, -1.0], "heights")
    check_equal(got, {"name": "heights", "count": 3, "largest": 7.5}, what="summary([3.0, 7.5, -1.0], 'heights')")


@pytest.mark.points(1)
def test_counter(submission):
    """Counter counts"""
    counter = submission.Counter()
    counter.add(2)
    counter.add(40)
    check_equal(counter.total, 42, what="counter.total")
    check_equal(len(counter), 2, what="len(counter)")


@pytest.mark.points(1)
def test_affine(submission, rng):
    """Affine computes x w + b, and its parameters get gradients"""
    x = numbers(rng, 5, 3)
    affine = submission.Affine(3)
    state = {"weight": numbers(rng, 3), "bias": numbers(rng, 3)}
    affine.load_state_dict(state)
    y = affine(x)
    check_tensor(y, shape=(5, 3), dtype=torch.float64)
    assert_close(y, x * state["weight"] + state["bias"], **EXACT)
    y.sum().backward()
    assert_close(affine.weight.grad, x.sum(0), **EXACT, what="the gradient of weight")


@pytest.mark.points(1)
def test_draw(submission):
    """draw takes its numbers from the generator"""
    generator, same = torch.Generator().manual_seed(7), torch.Generator().manual_seed(7)
    got = submission.draw(6, generator)
    assert_close(got, torch.rand(6, generator=same), atol=0)
    assert torch.equal(generator.get_state(), same.get_state()), "the generator is not where it should be"


@pytest.mark.points(1)
def test_total_of_file(submission, rng):
    """total_of_file adds up the numbers of a file"""
    values = torch.randint(0, 1000, (20,), generator=rng).tolist()
    path = submission.put_file("numbers.txt", "\n".join(map(str, values)))
    check_equal(submission.total_of_file(path), sum(values), what="total_of_file(path)")


@pytest.mark.points(1)
def test_curvature(submission, rng):
    """curvature is the second derivative"""
    x = numbers(rng, 1).squeeze()
    got = submission.driver.curvature_of_cube(x)
    check_tensor(got, shape=(), dtype=torch.float64)
    assert_close(got, 6 * x, atol=1e-9)
