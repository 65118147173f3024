"""Beatriz. Least squares: the normal equations are training enough."""

import numpy as np
import torch
from torch import nn

from regression import CovidSurveyDataset, Standardizer

COLUMNS = [57, 75, 78]  # positives of two days, community cli of today


class LeastSquares(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mu", torch.zeros(len(COLUMNS)))
        self.register_buffer("sigma", torch.ones(len(COLUMNS)))
        self.w = nn.Parameter(torch.zeros(len(COLUMNS)))
        self.b = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return (x[:, COLUMNS] - self.mu) / self.sigma @ self.w + self.b


def build_model():
    return LeastSquares()


def train(model, data, *, seed, device, log):
    rows = CovidSurveyDataset(data / "covid.train.csv", "train", COLUMNS)
    x, y = rows.data, rows.target
    scaler = Standardizer().fit(x)
    design = np.column_stack([scaler.transform(x).numpy(), np.ones(len(x))]).astype(np.float64)
    solution, *_ = np.linalg.lstsq(design, y.numpy().astype(np.float64), rcond=None)
    model.load_state_dict(
        {
            "mu": torch.tensor(scaler.mu),
            "sigma": torch.tensor(scaler.sigma),
            "w": torch.tensor(solution[:-1], dtype=torch.float32),
            "b": torch.tensor(solution[-1], dtype=torch.float32),
        }
    )
    model.to(device)
    rmse = float(np.sqrt(np.mean((design @ solution - y.numpy()) ** 2)))
    log("train_rmse", rmse, 0)
    return {"train_rmse": [rmse]}


def predict(model, inputs):
    return model(inputs)
