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
    ### BEGIN SOLUTION
    n = len(x)
    if unbiased and n < 2:
        raise ValueError(f"the unbiased covariance needs 2 rows, not {n}")
    centred = x - x.mean(dim=0)  # (N, D)
    return centred.T @ centred / (n - 1 if unbiased else n)  # (D, D)
    ### END SOLUTION


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
        ### BEGIN SOLUTION
        num_classes = int(y.max()) + 1
        if y.min() < 0 or len(y.unique()) < num_classes:
            raise ValueError(f"every class from 0 to {num_classes - 1} needs a row, and no label is negative")
        rows = [x[y == c] for c in range(num_classes)]
        self.prior = torch.stack([(y == c).to(x.dtype).mean() for c in range(num_classes)])  # (C,)
        self.mean = torch.stack([x_c.mean(dim=0) for x_c in rows])  # (C, D)
        cov = torch.stack([covariance(x_c) for x_c in rows])  # (C, D, D)
        if self.shared:
            cov = (self.prior[:, None, None] * cov).sum(dim=0).expand_as(cov)
        identity = torch.eye(x.shape[1], dtype=x.dtype)
        if self.diagonal:
            cov = cov * identity
        self.cov = cov + RIDGE * identity  # (C, D, D)
        return self
        ### END SOLUTION

    def predict_proba(self, x: Tensor) -> Tensor:
        """The posterior P(c | x) for each row of x, (N, D): (N, C), rows sum to 1. RuntimeError before ``fit``."""
        ### BEGIN SOLUTION
        if not hasattr(self, "prior"):
            raise RuntimeError("call fit before predict_proba")
        # ln P(x, c) up to a constant. Densities themselves underflow: everything stays a logarithm.
        d = (x - self.mean[:, None]).mT  # (C, D, N)
        quadratic = (d * torch.linalg.solve(self.cov, d)).sum(dim=1).T  # (N, C)
        joint = self.prior.log() - (self.cov.logdet() + quadratic) / 2  # (N, C)
        return torch.softmax(joint, dim=1)
        ### END SOLUTION

    def to_linear(self) -> tuple[Tensor, Tensor]:
        """(w, b) with P(1 | x) = σ(x·w + b): two classes that share Σ are one logistic unit.

        w = Σ⁻¹ (μ₁ − μ₀),  b = −½ μ₁ᵀ Σ⁻¹ μ₁ + ½ μ₀ᵀ Σ⁻¹ μ₀ + ln(N₁/N₀).

        Returns:
            w: (D,);  b: shape ().
        Raises:
            RuntimeError: before ``fit``.
            ValueError: unless ``shared`` and C = 2.
        """
        ### BEGIN SOLUTION
        if not hasattr(self, "prior"):
            raise RuntimeError("call fit before to_linear")
        if not self.shared or len(self.prior) != 2:
            raise ValueError("only two classes that share one covariance matrix are a linear model")
        scaled = torch.linalg.solve(self.cov[0], self.mean.T).T  # (2, D): Σ⁻¹ μ₀, Σ⁻¹ μ₁
        quadratic = (self.mean * scaled).sum(dim=1)  # (2,)
        w = scaled[1] - scaled[0]  # (D,)
        b = (quadratic[0] - quadratic[1]) / 2 + (self.prior[1] / self.prior[0]).log()  # ()
        return w, b
        ### END SOLUTION
