"""Classification by a generative model: a Gaussian for each class, and Bayes' rule.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import torch
from torch import Tensor

RIDGE = 1e-6  # added to the diagonal of every Σ, so that it can be inverted


def covariance(x: Tensor, unbiased: bool = False) -> Tensor:
    """The covariance matrix of the columns of x.

    Σ = 1/N Σ_n (x_n − μ)(x_n − μ)ᵀ with μ = 1/N Σ_n x_n; 1/(N − 1) in place of 1/N if unbiased.

    Args:
        x: (N, D), N ≥ 1.
        unbiased: divide by N − 1.
    Returns:
        (D, D), symmetric.
    Raises:
        ValueError: if unbiased and N < 2.

    >>> covariance(torch.tensor([[1., 2.], [3., 6.]]))
    tensor([[1., 2.],
            [2., 4.]])
    """
    raise NotImplementedError


class GaussianClassifier:
    """Each class c is a Gaussian N(μ_c, Σ_c) with the prior P(c); Bayes' rule gives P(c | x).

    P(c) = N_c/N, μ_c and Σ_c are the maximum-likelihood estimates (1/N_c) from the rows of class c. With
    ``shared`` every class has Σ = Σ_c N_c/N · Σ_c; with ``diagonal`` (naive Bayes) the entries off the diagonal
    are 0. Last of all RIDGE is added to the diagonal.

    After ``fit``: ``prior`` (C,), ``mean`` (C, D) and ``cov`` (C, D, D), the matrices as they are used.

    >>> x, y = torch.tensor([[0.], [2.], [4.], [6.]]), torch.tensor([0, 0, 1, 1])
    >>> GaussianClassifier().fit(x, y).predict_proba(torch.tensor([[3.]]))
    tensor([[0.5000, 0.5000]])
    """

    def __init__(self, shared: bool = True, diagonal: bool = False) -> None:
        self.shared = shared
        self.diagonal = diagonal

    def fit(self, x: Tensor, y: Tensor) -> GaussianClassifier:
        """Estimates prior, mean and cov, in place of any earlier ones, and returns the classifier itself.

        Args:
            x: (N, D).
            y: int64 labels, (N,); the classes are 0, …, C − 1 with C = max(y) + 1.
        Raises:
            ValueError: if a label is negative, or one of the C classes has no row.
        """
        raise NotImplementedError

    def predict_proba(self, x: Tensor) -> Tensor:
        """The posterior P(c | x) for each row of x, (N, D): (N, C), rows sum to 1. RuntimeError before ``fit``."""
        raise NotImplementedError

    def to_linear(self) -> tuple[Tensor, Tensor]:
        """(w, b) with P(1 | x) = σ(x·w + b): two classes that share Σ are one logistic unit.

        w = Σ⁻¹ (μ₁ − μ₀),  b = −½ μ₁ᵀ Σ⁻¹ μ₁ + ½ μ₀ᵀ Σ⁻¹ μ₀ + ln(N₁/N₀).

        Returns:
            w: (D,);  b: shape ().
        Raises:
            RuntimeError: before ``fit``.
            ValueError: unless ``shared`` and C = 2.
        """
        raise NotImplementedError
