"""HW2, part 1: a Gaussian for every class."""

from __future__ import annotations

import torch
from torch import Tensor

RIDGE = 1e-6


def covariance(x: Tensor, unbiased: bool = False) -> Tensor:
    """(N, D) -> (D, D)."""
    N = x.shape[0]
    if unbiased and N < 2:
        raise ValueError("need at least two rows")
    mu = x.sum(dim=0) / N
    dev = x - mu
    total = dev.T @ dev
    return total / (N - 1) if unbiased else total / N


class GaussianClassifier:
    """Bayes' rule with Gaussians."""

    def __init__(self, shared: bool = True, diagonal: bool = False) -> None:
        self.shared = shared
        self.diagonal = diagonal
        self.prior = None

    def fit(self, x: Tensor, y: Tensor) -> GaussianClassifier:
        """Priors, means and covariances of the classes."""
        if (y < 0).any():
            raise ValueError("labels start at 0")
        counts = torch.bincount(y)
        if (counts == 0).any():
            raise ValueError("there is a class without rows")
        C, D = len(counts), x.shape[1]
        prior = counts.to(x.dtype) / len(y)
        mean = torch.zeros(C, D, dtype=x.dtype)
        cov = torch.zeros(C, D, D, dtype=x.dtype)
        for c in range(C):
            mean[c] = x[y == c].mean(dim=0)
            cov[c] = covariance(x[y == c])
        if self.shared:
            average = torch.zeros(D, D, dtype=x.dtype)
            for c in range(C):
                average = average + prior[c] * cov[c]
            cov = average.repeat(C, 1, 1)
        if self.diagonal:
            cov = cov * torch.eye(D, dtype=x.dtype)
        cov = cov + RIDGE * torch.eye(D, dtype=x.dtype)
        self.prior, self.mean, self.cov = prior, mean, cov
        return self

    def predict_proba(self, x: Tensor) -> Tensor:
        """(M, D) -> (M, C); everything in logarithms."""
        if self.prior is None:
            raise RuntimeError("fit first")
        scores = []
        for prior, mean, cov in zip(self.prior, self.mean, self.cov):
            dev = x - mean  # (M, D)
            distance = (dev * torch.linalg.solve(cov, dev.T).T).sum(dim=1)
            scores.append(prior.log() - 0.5 * torch.logdet(cov) - 0.5 * distance)
        scores = torch.stack(scores, dim=1)  # (M, C)
        return torch.softmax(scores, dim=1)

    def to_linear(self) -> tuple[Tensor, Tensor]:
        """The line between two classes."""
        if self.prior is None:
            raise RuntimeError("fit first")
        if not self.shared:
            raise ValueError("the boundary is no line")
        if len(self.prior) != 2:
            raise ValueError("two classes only")
        inverse = torch.linalg.inv(self.cov[0])
        m0, m1 = self.mean[0], self.mean[1]
        w = inverse @ (m1 - m0)
        b = -0.5 * m1 @ inverse @ m1 + 0.5 * m0 @ inverse @ m0 + torch.log(self.prior[1] / self.prior[0])
        return w, b
