"""Generative classification, with NumPy for everything that is no tensor operation in the lecture."""

import numpy as np
import torch

RIDGE = 1e-6


def _tensor(array, like):
    """Back to the dtype of a tensor."""
    return torch.as_tensor(np.ascontiguousarray(array)).to(like.dtype)


def covariance(x, unbiased=False):
    """The sum of outer products, divided by N or N - 1."""
    rows = x.detach().numpy()
    n = rows.shape[0] - (1 if unbiased else 0)
    if n < 1:
        raise ValueError(f"{rows.shape[0]} row(s) are too few")
    centred = rows - rows.mean(axis=0, keepdims=True)
    return _tensor(np.einsum("ni,nj->ij", centred, centred) / n, x)


class GaussianClassifier:
    """Keeps the statistics as tensors, and computes with arrays of doubles."""

    def __init__(self, shared=True, diagonal=False):
        self.shared = shared
        self.diagonal = diagonal

    def fit(self, x, y):
        """The order of the handout: each class, shared, diagonal, ridge."""
        rows, labels = x.detach().numpy().astype(np.float64), y.numpy()
        classes = int(labels.max()) + 1
        if labels.min() < 0 or len(np.unique(labels)) != classes:
            raise ValueError("the labels must be 0, 1, ..., C - 1, each of them somewhere")
        size = np.bincount(labels, minlength=classes) / len(labels)
        mean = np.array([rows[labels == c].mean(axis=0) for c in range(classes)])
        cov = np.array([np.cov(rows[labels == c], rowvar=False, bias=True) for c in range(classes)])
        cov = cov.reshape(classes, rows.shape[1], rows.shape[1])
        if self.shared:
            cov = np.broadcast_to(np.tensordot(size, cov, axes=1), cov.shape)
        if self.diagonal:
            cov = np.where(np.eye(rows.shape[1], dtype=bool), cov, 0.0)
        cov = cov + RIDGE * np.eye(rows.shape[1])
        self.prior, self.mean, self.cov = _tensor(size, x), _tensor(mean, x), _tensor(cov, x)
        return self

    def _statistics(self):
        """prior, mean, cov as doubles."""
        if not hasattr(self, "cov"):
            raise RuntimeError("this classifier has not been fitted")
        return [t.double().numpy() for t in (self.prior, self.mean, self.cov)]

    def predict_proba(self, x):
        """Log joint, minus its log-sum-exp."""
        prior, mean, cov = self._statistics()
        d = x.detach().numpy()[:, None, :] - mean  # (M, C, D)
        solved = np.linalg.solve(cov[None], d[..., None])[..., 0]
        joint = np.log(prior) - 0.5 * np.linalg.slogdet(cov)[1] - 0.5 * (d * solved).sum(axis=-1)
        joint = joint - joint.max(axis=1, keepdims=True)
        joint = np.exp(joint)
        return _tensor(joint / joint.sum(axis=1, keepdims=True), x)

    def to_linear(self):
        """w and b of the logistic unit that says the same."""
        prior, mean, cov = self._statistics()
        if not self.shared or len(prior) != 2:
            raise ValueError("no single line separates these")
        scaled = np.linalg.solve(cov[0], mean.T).T
        w = scaled[1] - scaled[0]
        b = 0.5 * mean[0] @ scaled[0] - 0.5 * mean[1] @ scaled[1] + np.log(prior[1]) - np.log(prior[0])
        return _tensor(w, self.mean), _tensor(b, self.mean).reshape(())
