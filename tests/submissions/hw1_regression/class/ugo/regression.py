"""Ugo: small classes, and lists as iterators."""

from __future__ import annotations

import csv
import random
from abc import ABC, abstractmethod
from collections import defaultdict
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset


def linear(x, w, b):
    return torch.addmm(b, x, w)


def mse_loss(pred, target, reduction="mean"):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"no such reduction: {reduction}")
    e = (pred - target) * (pred - target)
    if reduction == "none":
        return e
    return e.sum() / len(pred) if reduction == "mean" else e.sum()


def linear_backward(x, w, dout):
    dx = dout.mm(w.t())
    dw = (dout.t().mm(x)).t()
    db = torch.ones(len(dout), dtype=dout.dtype) @ dout
    return dx, dw, db


def hard_sigmoid(x, w, b, c):
    z = w * x + b
    ramp = torch.where(z <= -3, 0.0, torch.where(z >= 3, 1.0, z / 6 + 0.5))
    return c * ramp


def sum_of_sigmoids(x, c, b, w, bias):
    y = torch.zeros_like(x) + bias
    for c_k, b_k, w_k in zip(c, b, w):
        y = y + c_k.item() * torch.sigmoid(b_k + w_k * x)
    return y


class _Scaler(ABC):
    def __init__(self):
        self._data = None

    def fit(self, x):
        self.__dict__.pop("offset", None)
        self.__dict__.pop("scale", None)
        self._data = x.clone()
        return self

    @property
    def data(self):
        if self._data is None:
            raise RuntimeError("fit() first")
        return self._data

    @cached_property
    def offset(self) -> Tensor:
        return self._offset(self.data)

    @cached_property
    def scale(self) -> Tensor:
        constant = (self.data == self.data[0]).all(dim=0)
        return torch.where(constant, torch.ones_like(self.offset), self._scale(self.data))

    @abstractmethod
    def _offset(self, x): ...

    @abstractmethod
    def _scale(self, x): ...

    def transform(self, x):
        return (x - self.offset) / self.scale


class Standardizer(_Scaler):
    def _offset(self, x):
        return x.mean(0)

    def _scale(self, x):
        return ((x - self.offset) ** 2).mean(0).sqrt()


class MinMaxScaler(_Scaler):
    def _offset(self, x):
        return x.min(0)[0]

    def _scale(self, x):
        return x.max(0)[0] - self.offset


class _Parameter:
    def __init__(self, name, values):
        self.name, self.values = name, values

    @property
    def is_bias(self):
        return "bias" in self.name.split(".")[-1]

    @property
    def square(self):
        return (self.values**2).sum()


def l2_penalty(named_parameters, exclude_bias=True):
    parameters = [_Parameter(*pair) for pair in named_parameters]
    squares = [p.square for p in parameters if not (exclude_bias and p.is_bias)]
    return sum(squares[1:], squares[0]) if squares else torch.zeros(())


def bias_variance(preds, f_star):
    mse = ((preds - f_star) ** 2).mean()
    bias2 = ((preds.mean(0) - f_star) ** 2).mean()
    variance = preds.var(0, correction=0).mean()
    assert torch.isclose(mse, bias2 + variance, rtol=1e-3, atol=1e-6)
    return bias2, variance


class _Folds:
    def __init__(self, order, k):
        self.order, self.k = order, k

    @property
    def borders(self):
        size, more = divmod(len(self.order), self.k)
        ends = [0]
        for i in range(self.k):
            ends.append(ends[-1] + size + (1 if i < more else 0))
        return ends

    def __getitem__(self, i):
        if not 0 <= i < self.k:
            raise IndexError
        start, end = self.borders[i : i + 2]
        return torch.cat([self.order[:start], self.order[end:]]), self.order[start:end]


def kfold_indices(n, k, shuffle, generator):
    if not 2 <= k <= n:
        raise ValueError
    return list(_Folds(torch.randperm(n, generator=generator) if shuffle else torch.arange(n), k))


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    if train_loss > target_loss and smaller_model_train_loss < train_loss:
        return "optimization"
    if train_loss > target_loss:
        return "model bias"
    if validation_loss > target_loss:
        return "overfitting or mismatch"
    return "good"


class CovidSurveyDataset(Dataset):
    MODES = {"train": 95, "validation": 95, "test": 94}

    def __init__(self, path, mode, features=None):
        if mode not in self.MODES:
            raise ValueError(f"mode must be one of {list(self.MODES)}")
        self.mode = mode
        self.features = list(range(93)) if features is None else [int(i) for i in features]
        with open(path, newline="") as file:
            reader = csv.reader(file)
            header = next(reader)
            if len(header) != self.MODES[mode]:
                raise ValueError(f"{path} has {len(header)} columns, not {self.MODES[mode]}")
            self._rows = [[float(cell) for cell in row] for row in reader]

    @cached_property
    def _mine(self):
        if self.mode == "test":
            return self._rows
        by_state = defaultdict(list)
        for i, row in enumerate(self._rows):
            by_state[tuple(row[1:41])].append(i)
        kept = []
        for numbers in by_state.values():
            v = 3 * len(numbers) // 20
            kept += numbers[: -v - 2] if self.mode == "train" else numbers[-v:]
        return [self._rows[i] for i in sorted(kept)]

    def __len__(self):
        return len(self._mine)

    def __getitem__(self, index):
        row = self._mine[index]
        answers = row[1:94]
        x = torch.tensor([answers[f] for f in self.features], dtype=torch.float32)
        return x if self.mode == "test" else (x, torch.tensor(row[94], dtype=torch.float32))


class _Column:
    def __init__(self, values, target):
        self.values, self.target = values, target

    @property
    def score(self):
        if self.values.min() == self.values.max() or self.target.min() == self.target.max():
            return 0.0
        x, y = self.values - self.values.mean(), self.target - self.target.mean()
        return abs((x * y).sum() / (x.norm() * y.norm())).item()


def select_features(x, y, k):
    if not 1 <= k <= x.size(1):
        raise ValueError
    scores = [_Column(x[:, d], y).score for d in range(x.size(1))]
    best = sorted(range(len(scores)), key=lambda d: -scores[d])
    return torch.tensor(best[:k])


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
