"""The Hessian, what it says about a critical point, and the way out of a saddle."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def rotated(rng, eigenvalues):
    """A symmetric matrix with these eigenvalues, and its eigenvectors in the columns, in this order."""
    q = torch.linalg.qr(draw(rng, len(eigenvalues), len(eigenvalues))).Q
    values = torch.tensor(eigenvalues, dtype=torch.float64)
    matrix = q * values @ q.T
    return (matrix + matrix.T) / 2, q


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


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "Differentiate the gradient once more: torch.autograd.grad(…, create_graph=True), then one row per component.",
    "The Gauss–Newton matrix JᵀJ leaves the second derivatives of the residuals out.",
)
def test_hessian_value(submission, rng):
    """hessian has all second derivatives, exactly"""
    a, b, theta = draw(rng, 5), draw(rng, 5), draw(rng, 5)
    got, after = submission.driver.hessian_of_cubic(a, b, theta)
    product = torch.zeros(5, 5, dtype=torch.float64)
    for i, j, k in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        product[i, j] = product[j, i] = theta[k]
    want = torch.diag(6 * a * theta) + 2 * torch.outer(b, b) + product
    mistakes = {
        "Only the diagonal is there: mixed derivatives count, too.": torch.diag(want.diagonal()),
        "The factor is wrong: ∂²/∂θ_i∂θ_j, without ½.": want / 2,
        "The signs are lost: second derivatives may be negative.": want.abs(),
        "Only the upper triangle is filled.": want.triu(),
        "Each row adds to the ones before: clear the gradient between them.": want.cumsum(0),
        "That differentiates the sum of the gradient, which gives the sum of the rows.": want.sum(0).expand(5, 5),
        "That differentiates the sum of the gradient; each row has one component.": want.sum(0).expand(5, 5).T,
        "That is the outer product of the gradient with itself.": torch.outer(*[gradient(a, b, theta)] * 2),
    }
    # float64 and a handful of products; finite differences do not get here
    assert_close(got, want, atol=1e-11, what="hessian(f, theta) of Σ a θ³ + (b·θ)² + θ₀θ₁θ₂", mistakes=mistakes)
    assert_close(after, theta, atol=0, what="theta after the call")
    a, y, theta = draw(rng, 7, 3), draw(rng, 7), draw(rng, 3)
    u = torch.tanh(a @ theta)
    slope = 1 - u**2
    newton = 2 * a.T @ (slope[:, None] ** 2 * a)
    want = newton - 4 * a.T @ (((u - y) * u * slope)[:, None] * a)
    mistakes = {"That is the Gauss–Newton matrix: the residuals' second derivatives are missing.": newton}
    got = submission.driver.hessian_of_residuals(a, y, theta)
    # float64, sums of seven products of order 10
    assert_close(got, want, atol=1e-10, what="hessian(f, theta) of a sum of squared residuals", mistakes=mistakes)


def gradient(a, b, theta):
    """The gradient of hessian_of_cubic's function."""
    others = torch.stack([theta[1] * theta[2], theta[0] * theta[2], theta[0] * theta[1]])
    return 3 * a * theta**2 + 2 * b.dot(theta) * b + torch.cat([others, torch.zeros(2, dtype=torch.float64)])


@pytest.mark.points("0.5")
@pytest.mark.hint("materialize_grads=True gives zeros for None.", "If the gradient does not require grad, f is linear.")
def test_hessian_zeros(submission, rng):
    """hessian gives zeros where f is linear, constant, or does not use a parameter"""
    theta = draw(rng, 3)
    got = submission.driver.hessians_of_lines(draw(rng, 3), theta)
    names = ("a·θ", "a constant", "θ₁²", "a·θ + θ₀θ₂")
    wants = [torch.zeros(3, 3, dtype=torch.float64) for _ in names]
    wants[2][1, 1] = 2.0
    wants[3][0, 2] = wants[3][2, 0] = 1.0
    for name, value, want in zip(names, got, wants, strict=True):
        # small whole numbers
        assert_close(value, want, atol=1e-12, what=f"hessian(f, theta) of {name}")


@pytest.mark.points(1)
@pytest.mark.hint("First the gradient's norm, then the signs of the eigenvalues.")
def test_classify_critical_point_words(submission, rng):
    """classify_critical_point tells minimum, maximum, saddle and no critical point apart"""
    zero = torch.zeros(3, dtype=torch.float64)
    for eigenvalues, want in (
        ((0.5, 2.0, 3.0), "minimum"),
        ((-0.5, -2.0, -3.0), "maximum"),
        ((-0.5, 2.0, 3.0), "saddle"),
        ((-3.0, -2.0, 0.5), "saddle"),
    ):
        matrix, _ = rotated(rng, eigenvalues)
        got = submission.classify_critical_point(zero, matrix, 1e-6, 1e-3)
        check_equal(got, want, what=f"classify_critical_point for g = 0 and the eigenvalues {eigenvalues}")
    matrix, _ = rotated(rng, (0.5, 2.0, 3.0))
    g = torch.tensor([0.006, -0.008, 0.0], dtype=torch.float64)  # ‖g‖ = 0.01
    for tol, want in ((0.009, "not critical"), (0.011, "minimum")):
        got = submission.classify_critical_point(g, matrix, tol, 1e-3)
        what = f"classify_critical_point for ‖g‖₂ = 0.01, grad_tol={tol} and positive eigenvalues"
        check_equal(got, want, what=what)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint(
    "An eigenvalue between −eig_tol and eig_tol counts as zero.",
    "Both signs: a saddle, whatever the others are. One sign and zeros: degenerate.",
)
def test_classify_critical_point_semidefinite(submission, rng):
    """classify_critical_point calls a point degenerate if an eigenvalue is zero and the rest has one sign"""
    zero = torch.zeros(3, dtype=torch.float64)
    for eigenvalues, want in (
        ((0.005, 2.0, 3.0), "degenerate"),
        ((-0.005, 2.0, 3.0), "degenerate"),
        ((0.005, -2.0, -3.0), "degenerate"),
        ((-0.005, 0.001, 0.005), "degenerate"),
        ((-1.0, 0.005, 3.0), "saddle"),
        ((0.02, 2.0, 3.0), "minimum"),
        ((-0.02, -2.0, -3.0), "maximum"),
        ((-0.02, 2.0, 3.0), "saddle"),
    ):
        matrix, _ = rotated(rng, eigenvalues)
        got = submission.classify_critical_point(zero, matrix, 1e-6, 0.01)
        what = f"classify_critical_point for g = 0, the eigenvalues {eigenvalues} and eig_tol=0.01"
        check_equal(got, want, what=what)


@pytest.mark.points(1)
@pytest.mark.hint("torch.linalg.eigh sorts ascending and keeps the eigenvectors in columns.")
def test_escape_direction_value(submission, rng):
    """escape_direction is the unit eigenvector of the least eigenvalue, with either sign"""
    many = [(-5.0, -4.0, -3.0, -2.0, -1.0)] * 4  # whoever takes any negative eigenvalue may be lucky once
    for eigenvalues in ((-2.0, -1.0, 0.5, 3.0, 7.0), (-0.1, 0.5, 1.0, 2.0, 3.0), *many):
        matrix, q = rotated(rng, eigenvalues)
        u = check_tensor(submission.escape_direction(matrix), shape=(5,), dtype=torch.float64)
        what = f"escape_direction for the eigenvalues {eigenvalues}"
        # float64; the sign is free
        length = float(u.norm())
        if abs(length - 1) > 1e-9:
            raise CheckFailed(f"{what}: its length is {length:.6g}; it should be 1")
        sign = 1.0 if float(u @ q[:, 0]) >= 0 else -1.0
        names = ("least", "second least", "middle", "second largest", "largest")
        mistakes = {
            f"That belongs to the {name} eigenvalue.": q[:, i] * (1.0 if float(u @ q[:, i]) >= 0 else -1.0)
            for i, name in enumerate(names)
            if i > 0
        }
        axis = torch.eye(5, dtype=torch.float64)[matrix.diagonal().argmin()]
        mistakes["That is an axis: look at the eigenvectors, not at the diagonal."] = axis
        rows = torch.linalg.eigh(matrix).eigenvectors[0]
        mistakes["That is a row of the matrix of eigenvectors; they stand in its columns."] = rows
        assert_close(u, sign * q[:, 0], atol=1e-9, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Look at the least eigenvalue: if it is not negative, raise ValueError.")
def test_escape_direction_refuses(submission, rng):
    """escape_direction refuses a Hessian without negative eigenvalues"""
    for matrix, what in (
        (rotated(rng, (0.5, 1.0, 2.0))[0], "with positive eigenvalues only"),
        (torch.zeros(3, 3, dtype=torch.float64), "of zeros"),
    ):
        what = f"escape_direction for a Hessian {what}, where there is no way down,"
        refuses(lambda matrix=matrix: submission.escape_direction(matrix), ValueError, what)
