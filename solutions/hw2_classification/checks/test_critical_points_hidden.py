"""The Hessian of a network, tolerances to the letter, and a loss that falls on both sides."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def rotated(rng, eigenvalues):
    q = torch.linalg.qr(draw(rng, len(eigenvalues), len(eigenvalues))).Q
    matrix = q * torch.tensor(eigenvalues, dtype=torch.float64) @ q.T
    return (matrix + matrix.T) / 2, q


@pytest.mark.points("0.5")
def test_hessian_of_network(submission, rng):
    """hessian of a network's loss equals PyTorch's"""
    x, y, theta = draw(rng, 11, 2), draw(rng, 11), draw(rng, 13)

    def f(t):
        hidden = torch.tanh(x @ t[:6].reshape(2, 3) + t[6:9])
        return ((hidden @ t[9:12] + t[12] - y) ** 2).mean()

    want = torch.autograd.functional.hessian(f, theta)
    got = submission.driver.hessian_of_network(x, y, theta)
    # float64 and averages of 11 rows
    assert_close(got, want, atol=1e-10, what="the Hessian of a network with 13 parameters")
    single = submission.driver.hessian_of_network(x.float(), y.float(), theta.float())
    # float32: numbers of order 10, two derivatives
    assert_close(single, want.float(), atol=1e-3, what="the same Hessian in float32")


@pytest.mark.points("0.5")
def test_hessian_leaves_theta(submission, rng):
    """hessian leaves theta, its requires_grad and its .grad as they are"""
    theta = draw(rng, 5)
    got, after, requires_grad, grad = submission.driver.hessian_beside_a_graph(theta)
    # float64 and one product
    assert_close(got, torch.diag(6 * theta), atol=1e-12, what="hessian of Σ θ³ at a theta that requires grad")
    assert_close(after, theta, atol=0, what="theta after the call")
    check_equal(requires_grad, True, what="theta.requires_grad after the call (it was True)")
    check_equal(grad, torch.full((5,), 5.0, dtype=torch.float64), what="theta.grad after the call (it was 5)")
    got, requires_grad, no_grad = submission.driver.hessian_of_a_leaf(theta[:1])
    assert_close(got, 12 * theta[:1, None] ** 2, atol=1e-12, what="hessian of θ⁴ with one parameter")
    check_equal(requires_grad, False, what="theta.requires_grad after the call (it was False)")
    check_equal(no_grad, True, what="theta.grad is None after the call (it was None)")


@pytest.mark.points("0.5")
def test_classify_critical_point_tolerances(submission):
    """classify_critical_point takes both tolerances to the letter, and matrices of one row and of zeros"""
    flat = torch.zeros(2, dtype=torch.float64)
    g = torch.tensor([3.0, 4.0], dtype=torch.float64)

    def diagonal(*values):
        return torch.diag(torch.tensor(values, dtype=torch.float64))

    for gradient, matrix, grad_tol, eig_tol, want in (
        (g, diagonal(1.0, 2.0), 5.0, 0.5, "minimum"),  # ‖g‖ = grad_tol is critical
        (g, diagonal(1.0, 2.0), 4.9, 0.5, "not critical"),
        (flat, diagonal(0.5, 2.0), 0.0, 0.5, "degenerate"),  # λ = eig_tol counts as zero
        (flat, diagonal(-0.5, -2.0), 0.0, 0.5, "degenerate"),
        (flat, diagonal(-0.5, 2.0), 0.0, 0.5, "degenerate"),
        (flat, diagonal(0.0, 0.0), 0.0, 0.0, "degenerate"),
        (flat, diagonal(0.0, 1.0), 0.0, 0.0, "degenerate"),
        (flat[:1], diagonal(1.0), 0.0, 0.0, "minimum"),
        (flat[:1], diagonal(-1.0), 0.0, 0.0, "maximum"),
        (g, diagonal(-1.0, 2.0), 0.1, 0.0, "not critical"),
    ):
        got = submission.classify_critical_point(gradient, matrix, grad_tol, eig_tol)
        what = f"classify_critical_point with ‖g‖ = {float(gradient.norm()):g}, H = diag({matrix.diagonal().tolist()})"
        check_equal(got, want, what=f"{what}, grad_tol={grad_tol}, eig_tol={eig_tol}")
    matrix = torch.tensor([[1.0, 3.0], [3.0, 1.0]], dtype=torch.float64)  # a positive diagonal, and a saddle
    got = submission.classify_critical_point(flat, matrix, 0.0, 1e-9)
    check_equal(got, "saddle", what="classify_critical_point for H = [[1, 3], [3, 1]], eigenvalues −2 and 4")


@pytest.mark.points("0.5")
def test_escape_direction_descends(submission, rng):
    """escape_direction leads down on both sides, also in float32, with one parameter, and for a small eigenvalue"""
    matrix, _ = rotated(rng, (-3.0, -1.0, 0.0, 2.0, 5.0, 7.0, 11.0))
    matrix = matrix.float()
    u = check_tensor(submission.escape_direction(matrix), shape=(7,), dtype=torch.float32)
    # float32 and numbers of order 10; both hold of u and −u
    assert_close(u.norm(), torch.tensor(1.0), atol=1e-4, what="the length of escape_direction in float32")
    assert_close(u @ matrix @ u, torch.tensor(-3.0), atol=1e-3, what="uᵀHu in float32, the least eigenvalue")
    matrix, _ = rotated(rng, (-1e-4, 1.0, 2.0))
    u = check_tensor(submission.escape_direction(matrix), shape=(3,), dtype=torch.float64)
    want = torch.tensor(-1e-4, dtype=torch.float64)
    assert_close(u @ matrix @ u, want, atol=1e-10, what="uᵀHu, the least eigenvalue, −0.0001")
    u = submission.escape_direction(torch.tensor([[-2.0]], dtype=torch.float64))
    check_tensor(u, shape=(1,), dtype=torch.float64, what="escape_direction with one parameter")
    if abs(float(u.abs()) - 1) > 1e-12:
        raise CheckFailed(f"escape_direction of H = [[−2]] is {float(u):g}; it should be 1 or −1")
    assert_unchanged(submission)
