"""Omar. NumPy where nobody asks for gradients."""

import random

import numpy as np
import torch
from torch.utils.data import Dataset


def linear(x, w, b):
    return torch.matmul(x, w).add(b)


def mse_loss(pred, target, reduction="mean"):
    e = torch.pow(pred - target, 2)
    if reduction == "none":
        return e
    elif reduction == "sum":
        return e.sum()
    elif reduction == "mean":
        return e.sum() / e.numel()
    else:
        raise ValueError(reduction)


def linear_backward(x, w, dout):
    x, w, dout = x.numpy(), w.numpy(), dout.numpy()
    dx = np.dot(dout, w.T)
    dw = np.dot(x.T, dout)
    db = dout.sum(axis=0)
    return torch.from_numpy(dx), torch.from_numpy(dw), torch.from_numpy(db)


def hard_sigmoid(x, w, b, c):
    z = b + w * x
    zero = torch.zeros_like(z)
    return c / 6 * (torch.maximum(z + 3, zero) - torch.maximum(z - 3, zero))


def sum_of_sigmoids(x, c, b, w, bias):
    z = torch.outer(x, w) + b
    return (c * (0.5 * torch.tanh(z / 2) + 0.5)).sum(dim=1) + bias


class Standardizer:
    def fit(self, x):
        a = x.numpy()
        self.mu = a.mean(axis=0)
        self.sigma = a.std(axis=0)  # NumPy's is the biased one
        self.sigma[np.ptp(a, axis=0) == 0] = 1
        return self

    def transform(self, x):
        if not hasattr(self, "mu"):
            raise RuntimeError("fit comes first")
        return torch.from_numpy((x.numpy() - self.mu) / self.sigma)


class MinMaxScaler:
    def fit(self, x):
        a = x.numpy()
        self.lowest = a.min(axis=0)
        self.ptp = np.ptp(a, axis=0)
        self.ptp[self.ptp == 0] = 1
        return self

    def transform(self, x):
        if not hasattr(self, "ptp"):
            raise RuntimeError("fit comes first")
        return torch.from_numpy((x.numpy() - self.lowest) / self.ptp)


def l2_penalty(named_parameters, exclude_bias=True):
    weights = [p.flatten() for name, p in named_parameters if not exclude_bias or "bias" not in name.split(".")[-1]]
    if not weights:
        return torch.zeros(())
    return torch.cat(weights).pow(2).sum()


def bias_variance(preds, f_star):
    f, truth = preds.numpy(), f_star.numpy()
    bias2 = np.mean((np.mean(f, axis=0) - truth) ** 2)
    variance = np.mean(np.var(f, axis=0))
    return torch.tensor(bias2), torch.tensor(variance)


def kfold_indices(n, k, shuffle, generator):
    if k < 2 or n < k:
        raise ValueError("k")
    order = torch.randperm(n, generator=generator).numpy() if shuffle else np.arange(n)
    splits = []
    for i in range(k):
        fold = order[i * (n // k) : i * (n // k) + -(-n // k)]
        rest = order[~np.isin(order, fold)]
        splits.append((torch.from_numpy(rest), torch.from_numpy(fold.copy())))
    return splits


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    if train_loss <= target_loss:
        if validation_loss <= target_loss:
            return "good"
        return "overfitting or mismatch"
    if smaller_model_train_loss >= train_loss:
        return "model bias"
    return "optimization"


class CovidSurveyDataset(Dataset):
    def __init__(self, path, mode, features=None):
        if mode == "train" or mode == "validation":
            columns = 95
        elif mode == "test":
            columns = 94
        else:
            raise ValueError("mode: " + str(mode))
        data = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32, ndmin=2)
        if data.shape[1] != columns:
            raise ValueError("columns: " + str(data.shape[1]))
        x = data[:, 1:94]
        if mode != "test":
            keep = []
            for s in range(40):
                mine = np.flatnonzero(x[:, s] == 1)
                T = len(mine)
                v = (3 * T) // 20
                keep.append(mine[: T - v - 2] if mode == "train" else mine[T - v : T])
            keep = np.sort(np.concatenate(keep))
            x = x[keep]
            self.target = torch.from_numpy(data[keep, 94])
        self.mode = mode
        if features is not None:
            x = x[:, np.asarray(features)]
        self.data = torch.from_numpy(np.ascontiguousarray(x))

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        if self.mode == "test":
            return self.data[i]
        return self.data[i], self.target[i]


def select_features(x, y, k):
    x, y = x.numpy(), y.numpy()
    if k < 1 or k > x.shape[1]:
        raise ValueError("k")
    score = np.zeros(x.shape[1])
    for d in range(x.shape[1]):
        column = x[:, d]
        if np.ptp(column) > 0 and np.ptp(y) > 0:
            score[d] = abs(np.corrcoef(column, y)[0, 1])
    return torch.from_numpy(np.argsort(-score, kind="stable")[:k].copy())


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed(seed)
        torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
