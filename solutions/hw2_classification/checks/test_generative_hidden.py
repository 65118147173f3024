"""Covariance and the Gaussian classifier at their edges."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_equal, check_tensor

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
def test_covariance_shapes(submission, rng):
    """covariance takes one row, one column, two rows and a transposed tensor"""
    for n, d in ((1, 3), (2, 3), (11, 1), (3, 7)):
        x = draw(rng, n, d)
        got = submission.covariance(x)
        want = (x - x.mean(0)).T @ (x - x.mean(0)) / n
        # float64 and at most 11 products
        assert_close(got, want, atol=1e-12, what=f"covariance of {n} rows and {d} columns")
    x = draw(rng, 3, 22).T[::2]
    what = "covariance of a tensor that is not contiguous"
    assert_close(submission.covariance(x, True), torch.cov(x.T), atol=1e-12, what=what)
    x = x.float()
    # float32
    what = "covariance of float32"
    assert_close(submission.covariance(x), torch.cov(x.T, correction=0), atol=1e-5, what=what)


@pytest.mark.points("0.5")
def test_gaussian_classifier_far(submission, rng):
    """GaussianClassifier.predict_proba is finite far from all classes and in many dimensions"""
    d = 37
    mean = 0.1 * torch.randn(2, d, generator=rng)
    y = torch.arange(2).repeat(200)
    x = mean[y] + 0.02 * torch.randn(400, d, generator=rng)
    points = torch.cat([mean, 100 * torch.randn(3, d, generator=rng)])
    # the determinant is about 1e-125: 0 in float32
    for shared in (True, False):
        what = f"predict_proba with shared={shared} in {d} dimensions"
        p = submission.GaussianClassifier(shared=shared).fit(x, y).predict_proba(points)
        check_tensor(p, shape=(5, 2), dtype=torch.float32, what=what)
        # float32
        assert_close(p.sum(1), torch.ones(5), atol=1e-5, what=f"the sums of the rows of {what}")
        # the means are about 0.8 apart, 40 deviations
        assert_close(p[:2], torch.eye(2), atol=1e-3, what=f"{what} at the two means")


@pytest.mark.points("0.5")
def test_gaussian_classifier_ridge(submission, rng):
    """GaussianClassifier survives a constant column and a class with one row"""
    x = torch.cat([draw(rng, 12, 2), torch.full((12, 1), 3.0, dtype=torch.float64)], dim=1)
    y = torch.tensor([0, 1, 0, 1, 2, 0, 1, 0, 0, 1, 0, 1])
    points = torch.cat([x[:3], x[4:5]])
    for shared in (True, False):
        classifier = submission.GaussianClassifier(shared=shared).fit(x, y)
        what = f"GaussianClassifier(shared={shared}) with a constant column and a class of one row"
        p = check_tensor(classifier.predict_proba(points), shape=(4, 3), dtype=torch.float64, what=what)
        assert_close(p.sum(1), torch.ones(4, dtype=torch.float64), atol=1e-9, what=f"the sums of the rows of {what}")
        cov = check_tensor(classifier.cov, shape=(3, 3, 3), dtype=torch.float64, what=f"cov of {what}")
        # float64; far below the ridge
        ridge = torch.full((3,), 1e-6, dtype=torch.float64)
        assert_close(cov[:, 2, 2], ridge, atol=1e-12, what=f"the constant column's variance in cov of {what}")
    want = 1e-6 * torch.eye(3, dtype=torch.float64)
    assert_close(cov[2], want, atol=1e-12, what="cov of a class with one row, which is the ridge alone")


@pytest.mark.points("0.5")
def test_gaussian_classifier_shared_diagonal(submission, rng):
    """GaussianClassifier(shared=True, diagonal=True) is a line, too; a second fit forgets the first"""
    x, y = draw(rng, 31, 5) @ draw(rng, 5, 5), (torch.rand(31, generator=rng) < 0.4).long()
    y[:4] = torch.tensor([0, 0, 1, 1])
    classifier = submission.GaussianClassifier(diagonal=True)
    classifier.fit(draw(rng, 11, 5), torch.arange(11) % 3)
    classifier.fit(x, y)
    share = torch.bincount(y).double() / 31
    variances = sum(s * x[y == c].var(0, correction=0) for c, s in enumerate(share)) + 1e-6
    # float64 and variances of order 10
    what = "cov with shared=True and diagonal=True after a second fit"
    assert_close(classifier.cov, torch.diag(variances).expand(2, 5, 5), atol=1e-10, what=what)
    w, b = classifier.to_linear()
    check_tensor(w, shape=(5,), dtype=torch.float64, what="w of to_linear()")
    check_tensor(b, shape=(), dtype=torch.float64, what="b of to_linear()")
    one = check_tensor(
        classifier.predict_proba(x[:1]), shape=(1, 2), dtype=torch.float64, what="predict_proba of a row"
    )
    got = classifier.predict_proba(x)
    # float64: the same numbers, in a product of another shape
    assert_close(one, got[:1], atol=1e-9, what="predict_proba of one row")
    what = "predict_proba(x)[:, 1], which is σ(x·w + b) with (w, b) = to_linear()"
    assert_close(got[:, 1], torch.sigmoid(x @ w + b), atol=1e-9, what=what)


@pytest.mark.points("0.5")
def test_gaussian_classifier_refuses(submission, rng):
    """GaussianClassifier refuses missing classes, negative labels, and answers before fit"""
    x = draw(rng, 5, 2)
    classifier = submission.GaussianClassifier()
    refuses(lambda: classifier.predict_proba(x), RuntimeError, "predict_proba before fit")
    refuses(lambda: classifier.to_linear(), RuntimeError, "to_linear before fit")
    refuses(lambda: classifier.fit(x, torch.tensor([0, 2, 0, 2, 0])), ValueError, "fit without a row of class 1")
    refuses(lambda: classifier.fit(x, torch.tensor([0, 1, -1, 1, 0])), ValueError, "fit with the label −1")
    own = submission.GaussianClassifier(shared=False)
    refuses(lambda: own.to_linear(), RuntimeError, "to_linear before fit, with shared=False")
    corners = torch.tensor([[0.0, 0.0], [0.0, 4.0], [4.0, 0.0], [8.0, 4.0]], dtype=torch.float64)
    own.fit(torch.cat([corners, corners + 16]), torch.arange(2).repeat_interleave(4))
    what = "to_linear with shared=False, also if the two matrices are equal,"
    refuses(lambda: own.to_linear(), ValueError, what)
    classifier.fit(x, torch.tensor([0, 1, 2, 1, 0]))
    check_equal(tuple(classifier.predict_proba(x).shape), (5, 3), what="the shape of predict_proba for three classes")
    refuses(lambda: classifier.to_linear(), ValueError, "to_linear with three classes")
