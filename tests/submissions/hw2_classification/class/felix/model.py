"""No gradient at all: Gaussians with a shared covariance, whose posterior is a softmax of linear functions."""

import torch
from torch import nn

from generative import GaussianClassifier


class LinearPosterior(nn.Module):
    """ln P(c | x) = x·W_c + b_c, but for a constant."""

    def __init__(self):
        super().__init__()
        self.register_buffer("W", torch.zeros(39, 41))
        self.register_buffer("b", torch.zeros(41))

    def forward(self, x):
        return x @ self.W + self.b


def build_model():
    """All zeros until it is fitted."""
    return LinearPosterior()


def train(model, data, *, seed, device, log):
    """Fits the Gaussians; nothing is drawn."""
    xs, ys = [], []
    for line in (data / "train_labels.txt").read_text().splitlines():
        name, *phones = line.split()
        xs.append(torch.load(data / "feat" / "train" / f"{name}.pt"))
        ys.append(torch.tensor([int(p) for p in phones]))
    x, y = torch.cat(xs), torch.cat(ys)
    gaussians = GaussianClassifier(shared=True).fit(x, y)
    directions = torch.linalg.solve(gaussians.cov[0], gaussians.mean.T)  # (39, 41)
    model.W.copy_(directions)
    model.b.copy_(gaussians.prior.log() - (gaussians.mean * directions.T).sum(dim=1) / 2)
    model.to(device)
    accuracy = (model(x.to(device)).argmax(1).cpu() == y).float().mean().item()
    log("train_accuracy", accuracy, 0)
    return {"train_accuracy": [accuracy]}


def predict(model, inputs):
    """The class of the greatest posterior."""
    return [model(x).argmax(dim=1) for x in inputs]
