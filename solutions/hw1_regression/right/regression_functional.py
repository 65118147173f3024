"""PyTorch's own functions, whose gradients round in their own way.

module: regression
"""

import torch
import torch.nn.functional as F


def linear(x, w, b):
    return F.linear(x, w.T, b)


def mse_loss(pred, target, reduction="mean"):
    return F.mse_loss(pred, target, reduction=reduction)


def hard_sigmoid(x, w, b, c):
    return c * F.hardsigmoid(b + w * x)


def sum_of_sigmoids(x, c, b, w, bias):
    return F.linear(F.linear(x[:, None], w[:, None], b).sigmoid(), c[None])[:, 0] + bias


def bias_variance(preds, f_star):
    variance, mean = torch.var_mean(preds, dim=0, correction=0)
    return F.mse_loss(mean, f_star), variance.mean()
