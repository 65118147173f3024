"""Loops in float64 and casts back; the densities are those of torch.distributions."""

import torch
from torch.distributions import MultivariateNormal


def covariance(x, unbiased=False):
    """Row by row, in doubles."""
    rows = len(x)
    if unbiased and rows < 2:
        raise ValueError("N < 2")
    mean = sum(row.double() for row in x) / rows
    total = sum(torch.outer(row.double() - mean, row.double() - mean) for row in x)
    return (total / (rows - 1 if unbiased else rows)).to(x.dtype)


class GaussianClassifier:
    """torch.distributions has the density."""
    prior = mean = cov = None

    def __init__(self, shared=True, diagonal=False):
        self.shared, self.diagonal = shared, diagonal

    def fit(self, x, y):
        """Groups of rows."""
        labels = y.tolist()
        classes = max(labels) + 1
        if min(labels) < 0 or set(labels) != set(range(classes)):
            raise ValueError("labels")
        groups = [x[y == c].double() for c in range(classes)]
        covs = [torch.cov(g.T, correction=0).reshape(x.shape[1], x.shape[1]) for g in groups]
        if self.shared:
            covs = [sum(len(g) / len(x) * c for g, c in zip(groups, covs, strict=True))] * classes
        if self.diagonal:
            covs = [torch.diag(torch.diag(c)) for c in covs]
        covs = [c + torch.diag(torch.full((x.shape[1],), 1e-6, dtype=torch.float64)) for c in covs]
        self.prior = torch.tensor([len(g) / len(x) for g in groups], dtype=x.dtype)
        self.mean = torch.stack([g.mean(0) for g in groups]).to(x.dtype)
        self.cov = torch.stack(covs).to(x.dtype)
        return self

    def predict_proba(self, x):
        """Log densities, in doubles."""
        if self.prior is None:
            raise RuntimeError("fit first")
        columns = []
        for c in range(len(self.prior)):
            normal = MultivariateNormal(self.mean[c].double(), self.cov[c].double())
            columns.append(normal.log_prob(x.double()) + self.prior[c].double().log())
        return torch.stack(columns, dim=-1).log_softmax(dim=-1).exp().to(x.dtype)

    def to_linear(self):
        """w first, b from w."""
        if self.prior is None:
            raise RuntimeError("fit first")
        if not self.shared or len(self.prior) != 2:
            raise ValueError("two classes that share")
        m0, m1 = self.mean.double()
        inverse = torch.linalg.inv(self.cov[1].double())
        w = (m1 - m0) @ inverse
        b = -w @ (m0 + m1) / 2 + torch.log(self.prior[1].double() / self.prior[0].double())
        return w.to(self.mean.dtype), b.to(self.mean.dtype)
