"""Every function of the module, written another way.

module: regression
"""

import csv
import math
import random

import numpy as np
import torch
import torch.nn.functional as F


def linear(x, w, b):
    return torch.addmm(b, x, w)


def mse_loss(pred, target, reduction="mean"):
    return F.mse_loss(pred, target, reduction=reduction)


def linear_backward(x, w, dout):
    return torch.einsum("no,do->nd", dout, w), torch.einsum("nd,no->do", x, dout), torch.einsum("no->o", dout)


def hard_sigmoid(x, w, b, c):
    return c * torch.clamp((b + w * x) / 6 + 0.5, min=0.0, max=1.0)


def sum_of_sigmoids(x, c, b, w, bias):
    y = torch.zeros_like(x) + bias
    for k in range(len(c)):
        y = y + c[k] * torch.special.expit(b[k] + w[k] * x)
    return y


class Standardizer:
    def fit(self, x):
        self.statistics = []
        for column in x.T:
            mean = column.sum() / len(column)
            deviation = ((column - mean) ** 2).mean().sqrt()
            if bool((column == column[0]).all()):
                mean, deviation = column[0], torch.ones_like(deviation)
            self.statistics.append((mean, deviation))
        return self

    def transform(self, x):
        try:
            statistics = self.statistics
        except AttributeError:
            raise RuntimeError("not fitted") from None
        return torch.stack([(c - m) / s for c, (m, s) in zip(x.T, statistics, strict=True)], dim=1)


class MinMaxScaler:
    def __init__(self):
        self.fitted = False

    def fit(self, x):
        (self.low, _), (high, _) = x.min(dim=0), x.max(dim=0)
        self.span, self.fitted = high - self.low, True
        self.span[self.span == 0] = 1.0
        return self

    def transform(self, x):
        if not self.fitted:
            raise RuntimeError("not fitted")
        return x.sub(self.low).div(self.span)


def l2_penalty(named_parameters, exclude_bias=True):
    total = None
    for name, parameter in named_parameters:
        if exclude_bias and name.split(".")[-1].find("bias") >= 0:
            continue
        square = torch.dot(parameter.flatten(), parameter.flatten())
        total = square if total is None else total + square
    return torch.tensor(0.0) if total is None else total


def bias_variance(preds, f_star):
    mean = torch.einsum("mn->n", preds) / len(preds)
    return (mean - f_star).pow(2).mean(), preds.var(dim=0, correction=0).mean()


def kfold_indices(n, k, shuffle, generator):
    if k < 2 or k > n:
        raise ValueError("k")
    order = list(range(n))
    if shuffle:
        order = torch.randperm(n, generator=generator).tolist()
    splits, start = [], 0
    for i in range(k):
        stop = start + n // k + (i < n % k)
        splits.append((torch.tensor(order[:start] + order[stop:]), torch.tensor(order[start:stop])))
        start = stop
    return splits


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    if train_loss <= target_loss:
        return "good" if validation_loss <= target_loss else "overfitting or mismatch"
    return "model bias" if smaller_model_train_loss >= train_loss else "optimization"


class CovidSurveyDataset(torch.utils.data.Dataset):
    def __init__(self, path, mode, features=None):
        columns = {"train": 95, "validation": 95, "test": 94}
        if mode not in columns:
            raise ValueError(mode)
        with open(path, newline="") as file:
            table = list(csv.reader(file))[1:]
        if any(len(row) != columns[mode] for row in table):
            raise ValueError("columns")
        rows = range(len(table))
        if mode != "test":
            days = {}
            for i, row in enumerate(table):
                days.setdefault(tuple(map(float, row[1:41])), []).append(i)
            rows = []
            for own in days.values():
                cut = len(own) - math.floor(len(own) * 3 / 20)
                rows += own[cut:] if mode == "validation" else own[: cut - 2]
        chosen = range(93) if features is None else [int(f) for f in features]
        self.mode = mode
        self.items = []
        for i in sorted(rows):
            numbers = np.array(table[i][1:], dtype=np.float32)
            x = torch.tensor([numbers[:93][f].item() for f in chosen])
            self.items.append((x, torch.tensor(numbers[-1].item())))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index][0] if self.mode == "test" else self.items[index]


def select_features(x, y, k):
    if k < 1 or k > x.shape[1]:
        raise ValueError("k")
    scores = []
    for column in x.T:
        if column.max() == column.min() or y.max() == y.min():
            scores.append(0.0)
        else:
            scores.append(torch.corrcoef(torch.stack([column, y]))[0, 1].abs().item())
    return torch.tensor(sorted(range(len(scores)), key=lambda d: -scores[d])[:k])


def seed_everything(seed):
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    for seeder in (torch.manual_seed, np.random.seed, random.seed):
        seeder(seed)
