"""Covariance, Gaussians for each class, naive Bayes and the line that they share."""

import math

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type

RIDGE = 1e-6


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def classes(rng, counts, d):
    """Rows of classes of different size, place and shape, in mixed order; float64 (N, D), int64 (N,)."""
    x = torch.cat([draw(rng, n, d) @ draw(rng, d, d) + 2 * draw(rng, d) for n in counts])
    y = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    order = torch.randperm(len(y), generator=rng)
    return x[order], y[order]


def class_covariances(x, y, correction=0):
    """The covariance of each class, without the ridge: (C, D, D)."""
    return torch.stack([torch.cov(x[y == c].T, correction=correction).reshape([x.shape[1]] * 2) for c in y.unique()])


def ridge(cov):
    return cov + RIDGE * torch.eye(cov.shape[-1], dtype=cov.dtype)


def same_for_all(cov, number):
    return ridge(cov).expand(number, *cov.shape)


def fitted(classifier, x, y):
    """What fit returns, which must be the classifier."""
    result = classifier.fit(x, y)
    if result is None:
        raise CheckFailed("fit must return the classifier itself: end it with 'return self'")
    return result


def attributes(classifier, num_classes, d):
    """prior, mean and cov after a look at their shapes."""
    prior = check_tensor(classifier.prior, shape=(num_classes,), dtype=torch.float64, what="prior")
    mean = check_tensor(classifier.mean, shape=(num_classes, d), dtype=torch.float64, what="mean")
    cov = check_tensor(classifier.cov, shape=(num_classes, d, d), dtype=torch.float64, what="cov")
    if not bool((torch.linalg.eigvalsh((cov + cov.mT) / 2) > 0).all()):
        raise CheckFailed("cov: a covariance matrix with the ridge has positive eigenvalues only")
    return prior, mean, cov


def joint(x, prior, mean, cov):
    """ln P(x, c) but for the constant of 2π: (N, C)."""
    d = x[:, None] - mean  # (N, C, D)
    quadratic = torch.einsum("ncd,cde,nce->nc", d, torch.linalg.inv(cov), d)
    return prior.log() - torch.linalg.slogdet(cov).logabsdet / 2 - quadratic / 2


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


@pytest.mark.points(1)
@pytest.mark.hint("Subtract the mean of each column first.", "(D, N) @ (N, D) is (D, D): centredᵀ @ centred / N.")
def test_covariance_value(submission, rng):
    """covariance averages the products of the deviations"""
    x = draw(rng, 7, 5) + 3 * draw(rng, 5)
    want = torch.cov(x.T, correction=0)
    mistakes = {
        "That divides by N − 1; the handout's default is 1/N.": torch.cov(x.T),
        "The sum is not divided by N.": want * 7,
        "The sum is divided by D, not by N.": want * 7 / 5,
        "The mean is not subtracted.": x.T @ x / 7,
        "One mean of all numbers is subtracted; each column has its own.": (x - x.mean()).T @ (x - x.mean()) / 7,
        "That is the covariance of the rows: examples are rows, features are columns.": torch.cov(x, correction=0),
        "That is the correlation matrix.": torch.corrcoef(x.T),
        "Those are the variances alone; entries off the diagonal are missing.": torch.diag(want.diagonal()),
    }
    # float64: seven products of order 10
    assert_close(submission.covariance(x), want, atol=1e-11, what="covariance(x)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("N − 1 with unbiased=True; one row has no unbiased covariance.")
def test_covariance_unbiased(submission, rng):
    """covariance divides by N − 1 if unbiased, and refuses one row then"""
    x = draw(rng, 7, 3) + 1
    mistakes = {
        "unbiased=True is ignored: divide by N − 1.": torch.cov(x.T, correction=0),
        "That divides by N + 1.": torch.cov(x.T) * 6 / 8,
    }
    # float64: seven products of order 1
    got = submission.covariance(x, unbiased=True)
    assert_close(got, torch.cov(x.T), atol=1e-12, what="covariance(x, unbiased=True)", mistakes=mistakes)
    what = "covariance(x, unbiased=True) of one row"
    refuses(lambda: submission.covariance(x[:1], unbiased=True), ValueError, what)


@pytest.mark.points(2)
@pytest.mark.hint(
    "The shared matrix is Σ_c N_c/N · Σ_c: average the class covariances, weighted by class size.",
    "1/N_c for each class, and RIDGE = 1e-6 on the diagonal last of all.",
)
def test_gaussian_classifier_fit(submission, rng):
    """GaussianClassifier estimates prior, mean and one shared covariance"""
    counts = (5, 13, 7)
    x, y = classes(rng, counts, 3)
    classifier = fitted(submission.GaussianClassifier(), x, y)
    share = torch.tensor(counts, dtype=torch.float64) / 25
    mistakes = {"All classes get the same prior; it is N_c/N.": 1 / 3, "The prior is N_c/N, not N_c.": share * 25}
    # float64 and numbers up to 20; averages of 13 rows
    assert_close(classifier.prior, share, atol=1e-12, what="prior", mistakes=mistakes)
    mean = torch.stack([x[y == c].mean(0) for c in range(3)])
    mistakes = {
        "That is the mean of all rows; take those of the class.": x.mean(0).expand(3, 3),
        "The sum over a class is divided by N; divide by N_c.": mean * share[:, None],
    }
    assert_close(classifier.mean, mean, atol=1e-12, what="mean", mistakes=mistakes)
    weights = share[:, None, None]
    each, unbiased = class_covariances(x, y), class_covariances(x, y, correction=1)
    shared = (weights * each).sum(0)
    mistakes = {
        "The ridge 1e-6 is missing on the diagonal.": shared.expand(3, 3, 3),
        "That is the covariance of all rows, which holds the distances between the classes, too.": same_for_all(
            torch.cov(x.T, correction=0), 3
        ),
        "The class covariances are averaged without weights; the weights are N_c/N.": same_for_all(each.mean(0), 3),
        "Each class divides by N_c, not by N_c − 1.": same_for_all((weights * unbiased).sum(0), 3),
        "The shared covariance divides by N, not by N − C.": same_for_all(shared * 25 / 22, 3),
        "shared=True gives every class the same matrix.": ridge(each),
        "The class covariances are added up; average them, with the weights N_c/N.": same_for_all(each.sum(0), 3),
        "The ridge is 1e-6: this one is larger.": (shared + 1e-3 * torch.eye(3, dtype=torch.float64)).expand(3, 3, 3),
        "The ridge is 1e-6: this one is smaller.": (shared + 1e-8 * torch.eye(3, dtype=torch.float64)).expand(3, 3, 3),
        "The ridge belongs on the diagonal only.": (shared + RIDGE).expand(3, 3, 3),
        "diagonal=False keeps the entries off the diagonal.": same_for_all(torch.diag(shared.diagonal()), 3),
    }
    # far below the ridge
    assert_close(classifier.cov, same_for_all(shared, 3), atol=1e-11, what="cov", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("shared=False: each class keeps its own Σ_c, with 1/N_c and the ridge.")
def test_gaussian_classifier_own_covariances(submission, rng):
    """GaussianClassifier(shared=False) gives each class its own covariance"""
    x, y = classes(rng, (5, 13), 3)
    classifier = fitted(submission.GaussianClassifier(shared=False), x, y)
    each = class_covariances(x, y)
    share = torch.tensor([5.0, 13.0], dtype=torch.float64)[:, None, None] / 18
    mistakes = {
        "The ridge 1e-6 is missing on the diagonal.": each,
        "Each class divides by N_c, not by N_c − 1.": ridge(class_covariances(x, y, correction=1)),
        "Each class divides by its own N_c, not by N.": ridge(share * each),
        "shared=False keeps a matrix for each class.": same_for_all((share * each).sum(0), 2),
    }
    # float64 and numbers up to 50, far below the ridge
    assert_close(classifier.cov, ridge(each), atol=1e-11, what="cov", mistakes=mistakes)


@pytest.mark.points(2)
@pytest.mark.hint(
    "ln P(x, c) = ln P(c) − ½ ln|Σ_c| − ½ (x − μ_c)ᵀ Σ_c⁻¹ (x − μ_c) + const; the posterior is its softmax over c."
)
def test_gaussian_classifier_predict_proba(submission, rng):
    """GaussianClassifier.predict_proba is Bayes' rule with the fitted prior, mean and cov"""
    x, y = classes(rng, (5, 17, 11), 3)
    classifier = submission.GaussianClassifier(shared=False)
    fitted(classifier, x, y)
    # the student's own estimates: this check looks at predict_proba alone
    prior, mean, cov = attributes(classifier, 3, 3)
    points = mean[torch.tensor([0, 1, 2, 0, 1, 2, 0])] + draw(rng, 7, 3)
    got = classifier.predict_proba(points)
    flat = torch.full((3,), 1 / 3, dtype=torch.float64)
    want = joint(points, prior, mean, cov).softmax(1)
    d = points[:, None] - mean
    distance = torch.einsum("ncd,cde,nce->nc", d, torch.linalg.inv(cov), d)
    mistakes = {
        "The prior P(c) is missing.": joint(points, flat, mean, cov).softmax(1),
        "The determinant of Σ_c is missing.": (prior.log() - distance / 2).softmax(1),
        "The factor |Σ_c| needs the power −1/2.": (prior.log() - torch.logdet(cov) - distance / 2).softmax(1),
        "The factor ½ in the exponent is missing.": (prior.log() - torch.logdet(cov) / 2 - distance).softmax(1),
        "Those are logarithms; exponentiate.": joint(points, prior, mean, cov).log_softmax(1),
        "Those are joint densities; divide by their sum over the classes.": (
            joint(points, prior, mean, cov) - 1.5 * math.log(2 * math.pi)
        ).exp(),
        "The softmax goes over the classes, dim 1.": joint(points, prior, mean, cov).softmax(0),
    }
    # float64; a class of 5 rows in 3 dimensions may have a condition number of 1e4 or so
    assert_close(got, want, atol=1e-8, what="predict_proba(x)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("diagonal=True: set the entries off the diagonal to 0 after the covariances are made.")
def test_gaussian_classifier_naive_bayes(submission, rng):
    """GaussianClassifier(diagonal=True) takes features for independent within a class"""
    x, y = classes(rng, (5, 13), 3)
    classifier = fitted(submission.GaussianClassifier(shared=False, diagonal=True), x, y)
    each = class_covariances(x, y)
    want = ridge(torch.diag_embed(each.diagonal(dim1=1, dim2=2)))
    mistakes = {
        "diagonal=True is ignored: entries off the diagonal are 0.": ridge(each),
        "The diagonal holds variances, not deviations.": ridge(torch.diag_embed(each.diagonal(dim1=1, dim2=2).sqrt())),
        "Each class divides by N_c, not by N_c − 1.": ridge(
            torch.diag_embed(class_covariances(x, y, correction=1).diagonal(dim1=1, dim2=2))
        ),
    }
    # float64, far below the ridge
    assert_close(classifier.cov, want, atol=1e-11, what="cov", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("w = Σ⁻¹ (μ₁ − μ₀).", "The prior comes in as ln(N₁/N₀).", "(w, b) gives the posterior of class 1.")
def test_gaussian_classifier_to_linear(submission, rng):
    """GaussianClassifier.to_linear: two classes with a shared covariance are σ(x·w + b)"""
    x, y = classes(rng, (19, 11), 3)
    classifier = submission.GaussianClassifier()
    fitted(classifier, x, y)
    # the student's own estimates: this check looks at to_linear alone
    prior, mean, cov = attributes(classifier, 2, 3)
    result = classifier.to_linear()
    check_equal(len(check_type(result, tuple, what="to_linear()")), 2, what="the length of to_linear()")
    w, b = result
    inverse = torch.linalg.inv(cov[0])
    want = inverse @ (mean[1] - mean[0])
    mistakes = {
        "That belongs to class 0; σ(x·w + b) is the posterior of class 1.": -want,
        "Σ⁻¹ is missing.": mean[1] - mean[0],
        "That multiplies by Σ, not by its inverse.": cov[0] @ (mean[1] - mean[0]),
    }
    # float64; relative to the size, since Σ may be badly conditioned
    assert_close(w, want, atol=1e-9, rtol=1e-8, what="w of to_linear()", mistakes=mistakes)
    half = [m @ inverse @ m / 2 for m in mean]
    odds = (prior[1] / prior[0]).log()
    mistakes = {
        "ln(N₁/N₀) is missing.": half[0] - half[1],
        "The prior has the wrong sign: ln(N₁/N₀).": half[0] - half[1] - odds,
        "That belongs to class 0; σ(x·w + b) is the posterior of class 1.": half[1] - half[0] - odds,
        "The factors ½ are missing.": 2 * (half[0] - half[1]) + odds,
    }
    assert_close(b, half[0] - half[1] + odds, atol=1e-8, rtol=1e-8, what="b of to_linear()", mistakes=mistakes)
    own = submission.GaussianClassifier(shared=False)
    fitted(own, x, y)
    refuses(lambda: own.to_linear(), ValueError, "to_linear() without a shared covariance (the boundary is no line)")
