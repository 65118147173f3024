"""Looks at diagonal only if the covariance is not shared.

module: generative
rejected by: test_gaussian_classifier_shared_diagonal
"""

import torch


class GaussianClassifier:
    def __init__(self, shared=True, diagonal=False):
        self.shared, self.diagonal = shared, diagonal

    def fit(self, x, y):
        if (y < 0).any():
            raise ValueError("negative label")
        count = torch.bincount(y)
        if (count == 0).any():
            raise ValueError("class without a row")
        rows = [x[y == c] for c in range(len(count))]
        prior = count.to(x.dtype) / len(y)
        mean = torch.stack([r.mean(dim=0) for r in rows])
        cov = torch.stack([torch.einsum("ni,nj->ij", r - m, r - m) / len(r) for r, m in zip(rows, mean, strict=True)])
        if self.shared:
            cov = (prior[:, None, None] * cov).sum(dim=0).expand_as(cov)
        eye = torch.eye(x.shape[1], dtype=x.dtype)
        if self.diagonal and not self.shared:
            cov = cov * eye
        self.prior, self.mean, self.cov = prior, mean, cov + 1e-6 * eye
        return self

    def predict_proba(self, x):
        if not hasattr(self, "cov"):
            raise RuntimeError("fit first")
        d = x[:, None] - self.mean
        square = (d * torch.linalg.solve(self.cov, d.unsqueeze(-1)).squeeze(-1)).sum(dim=-1)
        log = self.prior.log() - 0.5 * torch.linalg.slogdet(self.cov)[1] - 0.5 * square
        return log.softmax(dim=1)

    def to_linear(self):
        if not hasattr(self, "cov"):
            raise RuntimeError("fit first")
        if not self.shared or len(self.prior) != 2:
            raise ValueError("needs shared and two classes")
        m0, m1 = self.mean
        u0, u1 = torch.linalg.solve(self.cov, self.mean)
        return u1 - u0, (m0 @ u0 - m1 @ u1) / 2 + (self.prior[1] / self.prior[0]).log()
