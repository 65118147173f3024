"""Softmax, one-hot and cross-entropy: shapes, −Inf, and what two classes have in common with a sigmoid."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def refuses(call, error, what):
    """CheckFailed unless the call raises this error."""
    try:
        call()
    except NotImplementedError:
        raise
    except error:
        return
    except (ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, AttributeError) as other:
        raise CheckFailed(f"{what} must raise {error.__name__}, not {type(other).__name__}") from None
    raise CheckFailed(f"{what} must raise {error.__name__}")


@pytest.mark.points("0.5")
def test_softmax_two_classes(submission, rng):
    """softmax of two logits is the sigmoid of their difference; adding a constant changes nothing"""
    z = 3 * draw(rng, 2, 7)
    p = submission.softmax(z, 0)
    # float64
    what = "softmax([z₁, z₀], 0), whose first row is σ(z₁ − z₀)"
    assert_close(p, torch.stack([torch.sigmoid(z[0] - z[1]), torch.sigmoid(z[1] - z[0])]), atol=1e-12, what=what)
    shifted = submission.softmax(z + torch.linspace(-900, 900, 7, dtype=torch.float64), 0)  # exp ends at 709
    # the sums of order 1000 have lost three digits
    assert_close(shifted, p, atol=1e-10, what="softmax(z + constant)")


@pytest.mark.points("0.5")
def test_softmax_shapes(submission, rng):
    """softmax takes any shape and dim, a single entry, and −Inf, which gets 0"""
    for shape, dim in (((5,), 0), ((5,), -1), ((1, 3), 0), ((2, 3, 5), 0), ((2, 3, 5), -2), ((2, 1, 3, 5), 2)):
        x = draw(rng, *shape)
        # float64 and at most five exponentials
        assert_close(submission.softmax(x, dim), x.softmax(dim), atol=1e-12, what=f"softmax of {shape}, dim {dim}")
    x = draw(rng, 5, 3).T
    assert_close(submission.softmax(x, 1), x.softmax(1), atol=1e-12, what="softmax of a tensor that is not contiguous")
    x = torch.tensor([[0.0, -torch.inf, 1.0], [-torch.inf, -torch.inf, -5.0]])
    assert_close(submission.softmax(x, 1), x.softmax(1), atol=1e-6, what="softmax with entries of −Inf")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_one_hot_shapes(submission, rng):
    """one_hot takes labels of any shape and refuses int32 and bool"""
    for shape in ((), (1,), (2, 3), (2, 1, 3)):
        t = torch.randint(7, shape, generator=rng)
        assert_close(submission.one_hot(t, 7), F.one_hot(t, 7), atol=0, what=f"one_hot of labels of the shape {shape}")
    refuses(lambda: submission.one_hot(torch.tensor([0, 1], dtype=torch.int32), 3), TypeError, "one_hot of int32")
    refuses(lambda: submission.one_hot(torch.tensor([True, False]), 3), TypeError, "one_hot of bool")
    t = torch.tensor([[0, 1], [2, 3]])
    refuses(lambda: submission.one_hot(t, 3), IndexError, "one_hot of the label 3 in a matrix, C = 3")


@pytest.mark.points("0.5")
def test_cross_entropy_refuses_shapes(submission, rng):
    """cross_entropy refuses int32, targets of shape (N, 1), and −100; a wrong dtype comes first"""
    logits = draw(rng, 3, 5)
    for target, error, what in (
        (torch.tensor([0, 1, 2], dtype=torch.int32), TypeError, "int32 targets"),
        (torch.tensor([[0], [1], [2]]), ValueError, "a target of shape (3, 1)"),
        (torch.tensor([0, 1]), ValueError, "two targets for three rows"),
        (torch.tensor([0, -100, 2]), IndexError, "the label −100: nothing is ignored"),
        (torch.tensor([0, 1, -5]), IndexError, "the label −5 with C = 5"),
        (torch.tensor([[9.0], [1.0], [2.0]]), TypeError, "float targets of shape (3, 1)"),
        (torch.tensor([[9], [1], [2]]), ValueError, "targets of shape (3, 1), one of them 9"),
    ):
        refuses(lambda target=target: submission.cross_entropy(logits, target), error, f"cross_entropy with {what}")


@pytest.mark.points("0.5")
def test_cross_entropy_properties(submission, rng):
    """cross_entropy of two classes is that of a sigmoid; one row, float32, transposed logits"""
    logits, target = 2 * draw(rng, 2, 11).T, torch.randint(2, (11,), generator=rng)
    got = submission.cross_entropy(logits, target)
    want = F.binary_cross_entropy_with_logits(logits[:, 1] - logits[:, 0], target.double())
    # float64 and eleven logarithms
    what = "cross_entropy of two classes, which is the binary one of z₁ − z₀"
    assert_close(got, want, atol=1e-12, what=what)
    shifted = submission.cross_entropy(logits + draw(rng, 11, 1), target)
    assert_close(shifted, want, atol=1e-12, what="cross_entropy with a constant added to the logits of each row")
    logits, target = draw(rng, 1, 7), torch.randint(7, (1,), generator=rng)
    want = F.cross_entropy(logits, target)
    assert_close(submission.cross_entropy(logits, target), want, atol=1e-12, what="cross_entropy of one row")
    got = submission.cross_entropy(logits.float(), target)
    # float32
    check_tensor(got, shape=(), dtype=torch.float32, what="cross_entropy in float32")
    assert_close(got, want.float(), atol=1e-5, what="cross_entropy in float32")
    assert_unchanged(submission)
