"""Gaussians by sums and sums of squares, class by class."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Categorical

RIDGE = 1e-6


def _check_labels(y: Tensor) -> int:
    """How many classes there are."""
    present = sorted(set(y.tolist()))
    if present != list(range(len(present))):
        raise ValueError(f"labels {present} leave a gap or are negative")
    return len(present)


def covariance(x: Tensor, unbiased: bool = False) -> Tensor:
    """The mean of the outer products of the centred rows."""
    match (len(x), unbiased):
        case (0 | 1, True):
            raise ValueError("no unbiased covariance of so few rows")
        case (n, True):
            n = n - 1
        case (n, _):
            pass
    d = x - x.mean(0, keepdim=True)
    return (d.unsqueeze(2) * d.unsqueeze(1)).sum(0) / n


class GaussianClassifier:
    """A pair of switches and, after fit, three tensors."""

    def __init__(self, shared: bool = True, diagonal: bool = False) -> None:
        self.shared, self.diagonal = shared, diagonal
        self.fitted = False

    def fit(self, x: Tensor, y: Tensor) -> GaussianClassifier:
        """Splits the rows, then four steps."""
        C = _check_labels(y)
        groups = [x[torch.nonzero(y == c).flatten()] for c in range(C)]
        self.prior = torch.tensor([len(group) for group in groups], dtype=x.dtype) / len(x)
        self.mean = torch.stack([torch.mean(group, 0) for group in groups])
        matrices = [covariance(group) for group in groups]
        if self.shared:
            common = covariance(x)
            matrices = [common for _ in groups]
        if self.diagonal:
            matrices = [torch.diag(matrix.diagonal()) for matrix in matrices]
        ridge = torch.diag(x.new_full((x.shape[1],), RIDGE))
        self.cov = torch.stack([matrix + ridge for matrix in matrices])
        self.fitted = True
        return self

    def predict_proba(self, x: Tensor) -> Tensor:
        """Lets Categorical normalise the logarithms."""
        if not self.fitted:
            raise RuntimeError("predict_proba before fit")
        eigenvalues, axes = torch.linalg.eigh(self.cov)  # (C, D), (C, D, D)
        turned = torch.einsum("cij,mci->mcj", axes, x[:, None] - self.mean)
        log_density = -0.5 * (turned.square() / eigenvalues).sum(-1) - 0.5 * eigenvalues.log().sum(-1)
        return Categorical(logits=log_density + self.prior.log()).probs

    def to_linear(self) -> tuple[Tensor, Tensor]:
        """The slope and the offset of the log odds."""
        if not self.fitted:
            raise RuntimeError("to_linear before fit")
        if not (self.shared and self.prior.shape == (2,)):
            raise ValueError("this is no logistic unit")
        first, second = self.mean
        w = torch.linalg.solve(self.cov[0], second - first)
        middle = (first + second) / 2
        return w, torch.log(self.prior[1]) - torch.log(self.prior[0]) - w.dot(middle)
