"""Whitens by the Cholesky factor, and adds rows up class by class with einsum."""

import torch


def covariance(x, unbiased=False):
    """Sum over the rows by einsum."""
    if unbiased and x.shape[0] < 2:
        raise ValueError("N < 2")
    centred = x - x.mean(dim=1, keepdim=True)
    return torch.einsum("id,jd->ij", centred, centred).div(x.shape[0] - int(unbiased))


class GaussianClassifier:
    """Whitens with Cholesky factors."""
    def __init__(self, shared=True, diagonal=False):
        self.shared = shared
        self.diagonal = diagonal
        self.factor = None

    def fit(self, x, y):
        """Members of a class are a mask."""
        if y.min() < 0:
            raise ValueError("negative label")
        member = (y[:, None] == torch.arange(int(y.max()) + 1)).to(x.dtype)
        count = member.sum(dim=0)
        if count.min() == 0:
            raise ValueError("empty class")
        self.prior = count / len(y)
        self.mean = (member.T @ x) / count[:, None]
        centred = x[:, None, :] - self.mean
        scatter = torch.einsum("nc,nci,ncj->cij", member, centred, centred)
        separate = scatter / count[:, None, None]
        cov = (scatter.sum(dim=0) / len(y)).repeat(len(count), 1, 1) if self.shared else separate
        if self.diagonal:
            cov = torch.diag_embed(cov.diagonal(dim1=-2, dim2=-1))
        cov.diagonal(dim1=-2, dim2=-1).add_(1e-6)
        self.cov = cov
        self.factor = torch.linalg.cholesky(cov)
        return self

    def predict_proba(self, x):
        """Log joint minus logsumexp."""
        if self.factor is None:
            raise RuntimeError("not fitted")
        scores = []
        for prior, mean, factor in zip(self.prior, self.mean, self.factor, strict=True):
            white = torch.linalg.solve_triangular(factor, (x - mean).T, upper=False)
            scores.append(prior.log() - factor.diagonal().log().sum() - white.square().sum(dim=0) / 2)
        scores = torch.stack(scores, dim=1)
        return torch.exp(scores - scores.logsumexp(dim=1, keepdim=True))

    def to_linear(self):
        """From the inverse of the shared matrix."""
        if self.factor is None:
            raise RuntimeError("not fitted")
        if not self.shared or self.prior.numel() != 2:
            raise ValueError("not one line")
        inverse = torch.cholesky_inverse(self.factor[0])
        w = inverse @ (self.mean[1] - self.mean[0])
        halves = torch.einsum("ci,ij,cj->c", self.mean, inverse, self.mean) / 2
        return w, halves[0] - halves[1] + self.prior[1].log() - self.prior[0].log()
