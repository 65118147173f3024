"""Functions that run beside the student's code: a second derivative does not cross the boundary."""

import torch


def hessian_of_cubic(student, a, b, theta):
    """The student's Hessian of Σ a θ³ + (b·θ)² + θ₀θ₁θ₂ at theta (P,), and theta afterwards."""

    def f(t):
        return (a * t**3).sum() + b.dot(t) ** 2 + t[:3].prod()

    return student.hessian(f, theta), theta


def hessian_of_residuals(student, a, y, theta):
    """The student's Hessian of Σ_n (tanh(a_n·θ) − y_n)², a (N, P), at theta (P,)."""
    return student.hessian(lambda t: (torch.tanh(a @ t) - y).square().sum(), theta)


def hessians_of_lines(student, a, theta):
    """The student's Hessians of a·θ, of the constant 3, of θ₁² alone and of a·θ + θ₀θ₂."""
    functions = (
        lambda t: t.dot(a),
        lambda t: torch.tensor(3.0, dtype=t.dtype),
        lambda t: t[1] ** 2,
        lambda t: t.dot(a) + t[0] * t[2],
    )
    return [student.hessian(f, theta) for f in functions]
