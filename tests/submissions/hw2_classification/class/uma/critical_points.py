"""Where the gradient vanishes: the exact Hessian, what kind of point it is, and the way out of a saddle.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def hessian(f: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """The matrix of second derivatives, H_ij = ∂²f / ∂θ_i ∂θ_j, exactly, by differentiating twice.

    Args:
        f: θ (P,) -> a tensor of shape ().
        theta: where, (P,); it is not changed.
    Returns:
        (P, P), without a graph. Where f is linear or constant in a θ_i, or in all, the entries are 0.

    >>> hessian(lambda t: t[0] ** 2 * t[1], torch.tensor([3., 5.]))
    tensor([[10.,  6.],
            [ 6.,  0.]])
    """
    raise NotImplementedError


def classify_critical_point(g: Tensor, H: Tensor, grad_tol: float, eig_tol: float) -> str:
    """What kind of point this is, by its gradient and the eigenvalues λ of its Hessian.

    Args:
        g: the gradient, (P,).
        H: the Hessian, (P, P), symmetric.
        grad_tol: the point is critical if ‖g‖₂ ≤ grad_tol.
        eig_tol: an eigenvalue counts as positive if λ > eig_tol, as negative if λ < −eig_tol.
    Returns:
        the first of these that holds:
        "not critical"  ‖g‖₂ > grad_tol
        "saddle"        some λ positive and some negative
        "minimum"       every λ positive
        "maximum"       every λ negative
        "degenerate"    otherwise: some λ counts as 0, so that the second derivatives do not decide

    >>> classify_critical_point(torch.zeros(2), torch.diag(torch.tensor([2., -1.])), 1e-6, 1e-6)
    'saddle'
    """
    raise NotImplementedError


def escape_direction(H: Tensor) -> Tensor:
    """The direction in which the loss falls fastest around a saddle: the eigenvector of the least eigenvalue.

    Args:
        H: the Hessian, (P, P), symmetric.
    Returns:
        u, (P,), of length 1, with H u = λ u for the least λ; its sign is free.
    Raises:
        ValueError: if no eigenvalue is negative.

    >>> escape_direction(torch.diag(torch.tensor([2., -1., -3.])))  # or its negative
    tensor([0., 0., 1.])
    """
    raise NotImplementedError
