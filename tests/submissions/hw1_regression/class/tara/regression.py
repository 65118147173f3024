# Tara
from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, einsum
from torch.utils.data import Dataset


def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return einsum("nd,do->no", x.float(), w.float()) + b.float()


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    reduce = {"none": lambda e: e, "sum": torch.sum, "mean": torch.mean}
    if reduction not in reduce:
        raise ValueError(f"reduction must be one of {sorted(reduce)}")
    return reduce[reduction](torch.square(pred - target))


def linear_backward(x: Tensor, w: Tensor, dout: Tensor):
    return einsum("no,do->nd", dout, w), einsum("nd,no->do", x, dout), einsum("no->o", dout)


def hard_sigmoid(x, w, b, c):
    return c * torch.clamp((b + w * x) / 6 + 0.5, 0, 1)


def sum_of_sigmoids(x, c, b, w, bias):
    z = einsum("n,k->nk", x, w) + b
    return einsum("nk,k->n", torch.sigmoid(z), c) + bias


class _Scaler:
    """What the two scalers share: x' = (x - shift) / scale."""

    shift: Tensor | None = None
    scale: Tensor | None = None

    def fit(self, x: Tensor):
        low, high = torch.aminmax(x, dim=0)
        self.shift, scale = self._statistics(x, low, high)
        self.scale = scale.masked_fill(low == high, 1.0)
        return self

    def transform(self, x: Tensor) -> Tensor:
        if self.shift is None or self.scale is None:
            raise RuntimeError(f"{type(self).__name__} is not fitted")
        return (x - self.shift) / self.scale


class Standardizer(_Scaler):
    def _statistics(self, x, low, high):
        mean = einsum("nd->d", x) / len(x)
        centred = x - mean
        return mean, (einsum("nd,nd->d", centred, centred) / len(x)).sqrt()


class MinMaxScaler(_Scaler):
    def _statistics(self, x, low, high):
        return low, high - low


def l2_penalty(named_parameters, exclude_bias: bool = True) -> Tensor:
    total = None
    for name, parameter in named_parameters:
        if exclude_bias and "bias" in name.split(".")[-1]:
            continue
        flat = parameter.reshape(-1)
        square = einsum("i,i->", flat, flat)
        total = square if total is None else total + square
    return torch.zeros(()) if total is None else total


def bias_variance(preds: Tensor, f_star: Tensor) -> tuple[Tensor, Tensor]:
    M, N = preds.shape
    mean = einsum("mn->n", preds) / M
    off = mean - f_star
    spread = preds - mean
    return einsum("n,n->", off, off) / N, einsum("mn,mn->", spread, spread) / (M * N)


def kfold_indices(n, k, shuffle, generator):
    if k < 2 or k > n:
        raise ValueError("2 <= k <= n")
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    sizes = [n // k + (i < n % k) for i in range(k)]
    fold = torch.repeat_interleave(torch.arange(k), torch.tensor(sizes))
    return [(order[fold != i], order[fold == i]) for i in range(k)]


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    match (train_loss > target_loss, smaller_model_train_loss < train_loss, validation_loss > target_loss):
        case (True, True, _):
            return "optimization"
        case (True, False, _):
            return "model bias"
        case (False, _, True):
            return "overfitting or mismatch"
        case _:
            return "good"


class CovidSurveyDataset(Dataset):
    def __init__(self, path: str | Path, mode: str, features=None) -> None:
        if mode not in {"train", "validation", "test"}:
            raise ValueError(mode)
        frame = pd.read_csv(path)
        if frame.shape[1] != 95 - (mode == "test"):
            raise ValueError(f"{frame.shape[1]} columns")
        if mode != "test":
            state = frame.iloc[:, 1:41].to_numpy().argmax(axis=1)
            groups = frame.groupby(state)
            day = groups.cumcount().to_numpy()
            size = frame.groupby(state)[frame.columns[0]].transform("size").to_numpy()
            held_out = 3 * size // 20
            frame = frame[day < size - held_out - 2 if mode == "train" else day >= size - held_out]
        values = torch.from_numpy(frame.to_numpy(dtype=np.float32).copy())
        self.inputs = values[:, 1:94]
        if features is not None:
            self.inputs = self.inputs[:, list(map(int, features))]
        self.targets = values[:, 94] if mode != "test" else None

    def __len__(self) -> int:
        return self.inputs.shape[0]

    def __getitem__(self, index):
        if self.targets is None:
            return self.inputs[index]
        return self.inputs[index], self.targets[index]


def select_features(x: Tensor, y: Tensor, k: int) -> Tensor:
    if not 0 < k <= x.shape[1]:
        raise ValueError(f"k = {k}")
    xc, yc = x - x.mean(0), y - y.mean()
    top = einsum("nd,n->d", xc, yc).abs()
    bottom = (einsum("nd,nd->d", xc, xc) * einsum("n,n->", yc, yc)).sqrt()
    dead = (x == x[0]).all(0) | (y == y[0]).all()
    score = torch.where(dead, torch.zeros_like(top), top / bottom)
    return torch.argsort(score, descending=True, stable=True)[:k]


def seed_everything(seed: int) -> None:
    for set_seed in (random.seed, torch.manual_seed, torch.cuda.manual_seed_all):
        set_seed(seed)
    torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
