"""Regression: the linear model, piecewise linear curves, scaling, regularisation, validation and the data.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import Dataset

NUM_STATES = 40  # one-hot columns, the first of the features
NUM_FEATURES = 93  # columns between the id and the target


def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """The linear model y = x w + b.

    Args:
        x: (N, D).
        w: (D, O), the transpose of nn.Linear.weight.
        b: (O,).
    Returns:
        (N, O).

    >>> w = torch.tensor([[1., 0., 2.], [3., 1., 0.]])
    >>> linear(torch.tensor([[1., 2.]]), w, torch.tensor([10., 20., 30.]))
    tensor([[17., 22., 32.]])
    """
    rows = []
    for n in range(x.shape[0]):
        row = []
        for o in range(w.shape[1]):
            total = b[o]
            for d in range(x.shape[1]):
                total = total + x[n, d] * w[d, o]
            row.append(total)
        rows.append(torch.stack(row))
    return torch.stack(rows)


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The squared error, as torch.nn.functional.mse_loss has it.

    e = (pred − target)², elementwise. "none" returns e, "sum" the sum of all elements of e, "mean" that sum
    divided by their number (N·O for (N, O)).

    Args:
        pred, target: of one shape, any.
        reduction: "mean", "sum" or "none".
    Returns:
        a 0-dimensional tensor, or for "none" a tensor of the shape of pred.
    Raises:
        ValueError: for another reduction.

    >>> mse_loss(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([[1., 0.], [0., 4.]]))
    tensor(3.2500)
    """
    e = (pred - target) ** 2
    if reduction == "mean":
        return e.mean()
    if reduction == "sum":
        return e.sum()
    if reduction == "none":
        return e
    raise ValueError("reduction must be mean, sum or none")


def linear_backward(x: Tensor, w: Tensor, dout: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of ``linear`` by hand, without autograd.

    dx = dout wᵀ;  dw = xᵀ dout;  db = Σ_n dout_n. Nothing is divided by N: a mean in the loss is already in
    dout.

    Args:
        x: (N, D).
        w: (D, O).
        dout: the gradient of the loss with respect to the output of ``linear``, (N, O).
    Returns:
        (dx, dw, db): (N, D), (D, O), (O,).

    >>> x, w = torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([[5.], [6.]])
    >>> linear_backward(x, w, torch.tensor([[1.], [10.]]))
    (tensor([[ 5.,  6.],
            [50., 60.]]), tensor([[31.],
            [42.]]), tensor([11.]))
    """
    N, D = x.shape
    O = w.shape[1]
    dx = torch.zeros(N, D, dtype=x.dtype)
    dw = torch.zeros(D, O, dtype=x.dtype)
    db = torch.zeros(O, dtype=x.dtype)
    for n in range(N):
        for o in range(O):
            for d in range(D):
                dx[n, d] += dout[n, o] * w[d, o]
                dw[d, o] += x[n, d] * dout[n, o]
            db[o] += dout[n, o]
    return dx, dw, db


def hard_sigmoid(x: Tensor, w: Tensor | float, b: Tensor | float, c: Tensor | float) -> Tensor:
    """A ramp from 0 to c, as the difference of two ReLUs.

    With z = b + w·x:  c · hardsigmoid(z) = c · clip(z/6 + 1/2, 0, 1) = c/6 · [ReLU(z + 3) − ReLU(z − 3)].
    hardsigmoid is that of torch.nn.functional.

    Args:
        x: any shape.
        w, b, c: numbers, or tensors that broadcast with x.
    Returns:
        the broadcast shape of all four.

    >>> hard_sigmoid(torch.tensor([-2., -1., 0., 1., 2.]), w=3.0, b=0.0, c=10.0)
    tensor([ 0.,  0.,  5., 10., 10.])
    """
    z = b + w * x
    return c * (torch.relu(z + 3) - torch.relu(z - 3)) / 6


def sum_of_sigmoids(x: Tensor, c: Tensor, b: Tensor, w: Tensor, bias: Tensor | float) -> Tensor:
    """The lecture's flexible curve: y_n = bias + Σ_k c_k · σ(b_k + w_k·x_n).

    σ is the soft sigmoid σ(z) = 1 / (1 + e⁻ᶻ), torch.sigmoid; values and gradients stay finite for large ±z.

    Args:
        x: (N,).
        c, b, w: one of each per sigmoid, (K,); the order is that of the formula.
        bias: a number or a 0-dimensional tensor.
    Returns:
        (N,).

    >>> c, b, w = torch.tensor([2., 4.]), torch.zeros(2), torch.tensor([5., -5.])
    >>> sum_of_sigmoids(torch.tensor([0., 9.]), c, b, w, bias=1.0)
    tensor([4., 3.])
    """
    y = []
    for n in range(len(x)):
        total = bias
        for k in range(len(c)):
            total = total + c[k] * torch.sigmoid(b[k] + w[k] * x[n])
        y.append(total)
    return torch.stack(y)


class Standardizer:
    """Scales each column to mean 0 and standard deviation 1, by statistics of the training data.

    x' = (x − μ) / σ with the training rows' mean μ and biased deviation σ = √(1/N Σ (x − μ)²), column by
    column and without an ε. A column is constant if all its training values are equal; its σ is then taken to
    be 1, so that a test value becomes x − μ.

    >>> scaler = Standardizer().fit(torch.tensor([[1., 7.], [3., 7.]]))
    >>> scaler.transform(torch.tensor([[5., 7.], [2., 9.]]))
    tensor([[3., 0.],
            [0., 2.]])
    """

    def fit(self, x: Tensor) -> Standardizer:
        """Takes the statistics of x, (N, D), in place of any earlier ones, and returns the scaler itself."""
        means = []
        deviations = []
        for d in range(x.shape[1]):
            column = x[:, d]
            mean = column.sum() / len(column)
            deviation = torch.sqrt(((column - mean) ** 2).sum() / len(column))
            if column.max() == column.min():
                deviation = torch.ones_like(deviation)
            means.append(mean)
            deviations.append(deviation)
        self.mean = torch.stack(means)
        self.deviation = torch.stack(deviations)
        return self

    def transform(self, x: Tensor) -> Tensor:
        """Scales x, (N, D), by the statistics of ``fit``; (N, D). RuntimeError before ``fit``."""
        if not hasattr(self, "mean"):
            raise RuntimeError("fit was not called")
        return (x - self.mean) / self.deviation


class MinMaxScaler:
    """Scales each column so that the training data fill [0, 1].

    x' = (x − min) / (max − min) with the training rows' least and largest value, column by column and without
    an ε. Other data may leave [0, 1]; nothing is clipped. A column is constant if all its training values are
    equal; its range max − min is then taken to be 1, so that a test value becomes x − min.

    >>> scaler = MinMaxScaler().fit(torch.tensor([[1., 7.], [3., 7.]]))
    >>> scaler.transform(torch.tensor([[5., 7.], [2., 9.]]))
    tensor([[2.0000, 0.0000],
            [0.5000, 2.0000]])
    """

    def fit(self, x: Tensor) -> MinMaxScaler:
        """Takes the statistics of x, (N, D), in place of any earlier ones, and returns the scaler itself."""
        self.least = x.min(dim=0).values
        self.range = x.max(dim=0).values - self.least
        for d in range(len(self.range)):
            if self.range[d] == 0:
                self.range[d] = 1
        return self

    def transform(self, x: Tensor) -> Tensor:
        """Scales x, (N, D), by the statistics of ``fit``; (N, D). RuntimeError before ``fit``."""
        if not hasattr(self, "least"):
            raise RuntimeError("fit was not called")
        columns = []
        for d in range(x.shape[1]):
            columns.append((x[:, d] - self.least[d]) / self.range[d])
        return torch.stack(columns, dim=1)


def l2_penalty(named_parameters: Iterable[tuple[str, Tensor]], exclude_bias: bool = True) -> Tensor:
    """The sum of the squares of the weights, Σ θ², without a factor ½ and without λ.

    A parameter is a bias if the part of its name after the last dot contains "bias".

    Args:
        named_parameters: (name, parameter) pairs, such as model.named_parameters().
        exclude_bias: leave out the biases?
    Returns:
        a 0-dimensional tensor, differentiable; torch.zeros(()) if no parameter is left.

    >>> pairs = [("0.weight", torch.tensor([[1., 2.]])), ("0.bias", torch.tensor([3.]))]
    >>> l2_penalty(pairs), l2_penalty(pairs, exclude_bias=False)
    (tensor(5.), tensor(14.))
    """
    total = None
    for name, parameter in named_parameters:
        squares = (parameter**2).sum()
        if total is None:
            total = squares
        else:
            total = total + squares
    if total is None:
        return torch.zeros(())
    return total


def bias_variance(preds: Tensor, f_star: Tensor) -> tuple[Tensor, Tensor]:
    """The squared bias and the variance of M models that were trained on M data sets.

    f̄_n = 1/M Σ_m f_mn;  bias² = 1/N Σ_n (f̄_n − f*_n)²;  variance = 1/N Σ_n 1/M Σ_m (f_mn − f̄_n)².
    With 1/M, bias² + variance is the mean squared error of all predictions exactly.

    Args:
        preds: f_m(x_n), (M, N): one model a row.
        f_star: the true function at the same points, (N,).
    Returns:
        (bias2, variance): two 0-dimensional tensors.

    >>> bias_variance(torch.tensor([[1., 2.], [3., 2.]]), torch.tensor([2., 4.]))
    (tensor(2.), tensor(0.5000))
    """
    M, N = preds.shape
    bias2 = torch.zeros((), dtype=preds.dtype)
    variance = torch.zeros((), dtype=preds.dtype)
    for n in range(N):
        mean = preds[:, n].sum() / M
        bias2 = bias2 + (mean - f_star[n]) ** 2 / N
        for m in range(M):
            variance = variance + (preds[m, n] - mean) ** 2 / (M * N)
    return bias2, variance


def kfold_indices(n: int, k: int, shuffle: bool, generator: torch.Generator | None) -> list[tuple[Tensor, Tensor]]:
    """The k splits of k-fold cross-validation.

    The order is torch.randperm(n, generator=generator), drawn once, if shuffle; else 0, 1, …, n − 1, and
    the generator is left as it is. The order is cut into k consecutive folds; the first n % k folds hold
    one example more. In split i, fold i is the validation set and the rest is the training set; both keep
    the order.

    Args:
        n: number of examples.
        k: number of folds.
        shuffle: shuffle before cutting?
        generator: for the shuffle; None stands for PyTorch's global generator.
    Returns:
        k pairs (train, validation) of LongTensors.
    Raises:
        ValueError: unless 2 ≤ k ≤ n.

    >>> kfold_indices(5, 2, shuffle=False, generator=None)
    [(tensor([3, 4]), tensor([0, 1, 2])), (tensor([0, 1, 2]), tensor([3, 4]))]
    """
    if k < 2 or k > n:
        raise ValueError("k must be from 2 to n")
    if shuffle:
        order = torch.randperm(n, generator=generator).tolist()
    else:
        order = list(range(n))
    pairs = []
    start = 0
    for i in range(k):
        size = n // k
        if i < n % k:
            size += 1
        validation = order[start : start + size]
        train = order[:start] + order[start + size :]
        pairs.append((torch.tensor(train), torch.tensor(validation)))
        start += size
    return pairs


def diagnose(train_loss: float, validation_loss: float, smaller_model_train_loss: float, target_loss: float) -> str:
    """What to work on next, by the lecture's general guide. Look at the training loss first.

    train_loss > target_loss: "optimization" if smaller_model_train_loss < train_loss, else "model bias".
    train_loss ≤ target_loss: "overfitting or mismatch" if validation_loss > target_loss, else "good".

    Args:
        train_loss, validation_loss: of the model, finite.
        smaller_model_train_loss: of a smaller model on the same training data.
        target_loss: the largest loss that is good enough.
    Returns:
        "model bias", "optimization", "overfitting or mismatch" or "good".

    >>> diagnose(train_loss=0.9, validation_loss=1.1, smaller_model_train_loss=0.6, target_loss=0.5)
    'optimization'
    """
    if train_loss > target_loss:
        if smaller_model_train_loss < train_loss:
            return "optimization"
        else:
            return "model bias"
    else:
        if validation_loss > target_loss:
            return "overfitting or mismatch"
        else:
            return "good"


class CovidSurveyDataset(Dataset):
    """The rows of a survey file: a state (one-hot) and its answers on 3 days, from which to tell the target.

    A file has one line of column names; a row is an id, 93 features (0–39 the state) and, in the training
    file, the target. The id is dropped. Nothing is scaled.

    "train" and "validation" split the training file by time. Of each state's T rows, in the order of the
    file, the first T − v − 2 are for training, the next 2 for neither, the last v = ⌊3T / 20⌋ for
    validation; T is at least 7. (A row covers 3 days: rows less than 3 apart share days, so the gap of 2
    keeps the validation days out of training.) Rows of different states may be mixed in the file. "test" is
    every row of a file without a target.

    Args:
        path: the file: covid.train.csv for "train" and "validation", covid.test.csv for "test".
        mode: "train", "validation" or "test".
        features: which of the 93 features, 0-based, in this order, as a list of ints or a LongTensor; None
            for all of them.
    Raises:
        ValueError: for another mode, or if the file has not 95 columns (94 for "test").
        FileNotFoundError: if there is no file.
        IndexError: if a feature does not exist.
    """

    def __init__(self, path: str | Path, mode: str, features: Sequence[int] | Tensor | None = None) -> None:
        if mode not in ("train", "validation", "test"):
            raise ValueError("mode must be train, validation or test")
        table = pd.read_csv(path)
        if len(table.columns) != (94 if mode == "test" else 95):
            raise ValueError("the file has a wrong number of columns")
        if features is None:
            features = range(NUM_FEATURES)
        self.mode = mode
        self.features = [int(feature) for feature in features]
        rows = table.values.tolist()
        if mode == "test":
            self.rows = rows
            return
        of_state = []
        for s in range(NUM_STATES):
            of_state.append([])
        for i in range(len(rows)):
            for s in range(NUM_STATES):
                if rows[i][1 + s] == 1:
                    of_state[s].append(i)
        chosen = []
        for indices in of_state:
            T = len(indices)
            v = (3 * T) // 20
            if mode == "train":
                chosen = chosen + indices[: T - v - 2]
            else:
                chosen = chosen + indices[T - v :]
        chosen.sort()
        self.rows = [rows[i] for i in chosen]

    def __len__(self) -> int:
        """The number of rows N in this mode."""
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor] | Tensor:
        """Row ``index`` of this mode, in the order of the file: (x, y), float32 tensors, (F,) and ().

        In mode "test" it is x alone. Raises IndexError from N on.
        """
        row = self.rows[index]
        x = torch.tensor([row[1:94][feature] for feature in self.features], dtype=torch.float32)
        if self.mode == "test":
            return x
        return x, torch.tensor(row[94], dtype=torch.float32)


def select_features(x: Tensor, y: Tensor, k: int) -> Tensor:
    """The k columns of x that correlate best with y.

    score_d = |Σ_n (x_nd − x̄_d)(y_n − ȳ)| / (‖x_d − x̄_d‖₂ ‖y − ȳ‖₂): Pearson's correlation without its sign.
    It is 0 for a column whose values are all equal, and for every column if all y are equal.

    Args:
        x: (N, D).
        y: (N,).
        k: how many columns.
    Returns:
        the indices of the k highest scores, (k,), LongTensor, best first; at a tie the smaller index first.
    Raises:
        ValueError: unless 1 ≤ k ≤ D.

    >>> x = torch.tensor([[1., 5., 9.], [2., 5., 6.], [4., 5., 1.]])
    >>> select_features(x, torch.tensor([1., 2., 3.]), k=2)
    tensor([2, 0])
    """
    D = x.shape[1]
    if k < 1 or k > D:
        raise ValueError("k must be from 1 to the number of columns")
    scores = []
    y_mean = y.mean()
    for d in range(D):
        column = x[:, d]
        if column.max() == column.min() or y.max() == y.min():
            scores.append(0.0)
            continue
        x_mean = column.mean()
        xy = ((column - x_mean) * (y - y_mean)).sum()
        xx = ((column - x_mean) ** 2).sum()
        yy = ((y - y_mean) ** 2).sum()
        scores.append(float(abs(xy) / (torch.sqrt(xx) * torch.sqrt(yy))))
    chosen = []
    for _ in range(k):
        best = None
        for d in range(D):
            if d not in chosen and (best is None or scores[d] > scores[best]):
                best = d
        chosen.append(best)
    return torch.tensor(chosen)


def seed_everything(seed: int) -> None:
    """Seeds what a training run may draw from: random, NumPy's and PyTorch's global generators (CPU, CUDA).

    Also sets torch.backends.cudnn.deterministic = True and .benchmark = False.

    Args:
        seed: 0 ≤ seed < 2³².
    Returns:
        nothing.

    >>> seed_everything(42069)
    >>> a = torch.rand(3)
    >>> seed_everything(42069)
    >>> torch.equal(a, torch.rand(3))
    True
    """
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
