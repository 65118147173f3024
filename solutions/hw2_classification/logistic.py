"""Logistic regression: sigmoid and softmax, cross-entropy and its gradient, and a cascade that solves XOR.

The handout (README.md) has the formulas, worked examples and every convention.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def sigmoid(z: Tensor) -> Tensor:
    """σ(z) = 1 / (1 + e⁻ᶻ), elementwise, written out so that neither value nor gradient overflows.

    Args:
        z: any shape.
    Returns:
        the shape of z. Its gradient is σ(z)(1 − σ(z)) everywhere: 1/4 at z = 0.

    >>> sigmoid(torch.tensor([-1000., 0., 1000.]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    ### BEGIN SOLUTION
    # The branch that is not taken must be finite too: its gradient is 0 · Inf = NaN otherwise.
    positive = z >= 0
    right = 1 / (1 + torch.exp(-torch.where(positive, z, 0.0)))
    e = torch.exp(torch.where(positive, 0.0, z))
    return torch.where(positive, right, e / (1 + e))
    ### END SOLUTION


def binary_cross_entropy(p: Tensor, t: Tensor) -> Tensor:
    """The cross-entropy between targets t and probabilities p, as torch.nn.functional.binary_cross_entropy has it.

    The mean over all elements of −[t·ln p + (1 − t)·ln(1 − p)], each logarithm cut off at −100.

    Args:
        p: probabilities in [0, 1], any shape.
        t: targets in [0, 1], of the shape and dtype of p.
    Returns:
        shape (). Its gradient in p is finite, also where p is 0 or 1.

    >>> binary_cross_entropy(torch.tensor([0.5, 1.0]), torch.tensor([1.0, 0.0]))
    tensor(50.3466)
    """
    ### BEGIN SOLUTION

    def log(q: Tensor) -> Tensor:
        inside = q > 0  # at 0 the gradient of the logarithm is Inf, and what is cut off makes 0 · Inf = NaN of it
        return torch.where(inside, torch.where(inside, q, 1.0).log(), -100.0).clamp(min=-100)

    return -(t * log(p) + (1 - t) * log(1 - p)).mean()
    ### END SOLUTION


def logistic_grad(x: Tensor, y: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient of logistic regression's loss by hand: f(x) = σ(x·w + b), the mean cross-entropy over N rows.

    dw = 1/N Σ_n (f(x_n) − y_n) x_n,  db = 1/N Σ_n (f(x_n) − y_n).

    Args:
        x: (N, D).
        y: targets 0 or 1, (N,), of the dtype of x.
        w: (D,).
        b: shape ().
    Returns:
        (dw, db): (D,) and ().

    >>> x, y = torch.tensor([[2.], [4.]]), torch.tensor([1., 0.])
    >>> logistic_grad(x, y, torch.zeros(1), torch.tensor(0.))
    (tensor([0.5000]), tensor(0.))
    """
    ### BEGIN SOLUTION
    error = sigmoid(x @ w + b) - y  # (N,)
    return x.T @ error / len(x), error.mean()
    ### END SOLUTION


def mse_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """d/dz (σ(z) − t)² = 2 (σ(z) − t) σ(z) (1 − σ(z)), elementwise: z and t of one shape, so is the result.

    >>> mse_logit_grad(torch.tensor([0., -4.]), torch.tensor([1., 1.]))
    tensor([-0.2500, -0.0347])
    """
    ### BEGIN SOLUTION
    p = sigmoid(z)
    return 2 * (p - t) * p * (1 - p)
    ### END SOLUTION


def ce_logit_grad(z: Tensor, t: Tensor) -> Tensor:
    """d/dz −[t ln σ(z) + (1 − t) ln(1 − σ(z))] = σ(z) − t, elementwise: z and t of one shape, so is the result.

    >>> ce_logit_grad(torch.tensor([0., -4.]), torch.tensor([1., 1.]))
    tensor([-0.5000, -0.9820])
    """
    ### BEGIN SOLUTION
    return sigmoid(z) - t
    ### END SOLUTION


def softmax(x: Tensor, dim: int) -> Tensor:
    """exp(x_i) / Σ_j exp(x_j), the sum over ``dim``; it does not overflow.

    Args:
        x: any shape with at least one dimension. Entries may be −Inf, but not all along ``dim``.
        dim: may be negative.
    Returns:
        the shape of x.

    >>> softmax(torch.tensor([[3., 1., -3.]]), dim=1)
    tensor([[0.8789, 0.1189, 0.0022]])
    """
    ### BEGIN SOLUTION
    e = (x - x.amax(dim=dim, keepdim=True)).exp()
    return e / e.sum(dim=dim, keepdim=True)
    ### END SOLUTION


def one_hot(t: Tensor, C: int) -> Tensor:
    """Labels as rows of zeros with a single 1, as torch.nn.functional.one_hot gives them.

    Args:
        t: int64 labels from 0 to C − 1, any shape (…).
        C: number of classes.
    Returns:
        int64, (…, C).
    Raises:
        TypeError: if t is not int64.
        IndexError: if a label is negative or ≥ C.

    >>> one_hot(torch.tensor([2, 0]), 3)
    tensor([[0, 0, 1],
            [1, 0, 0]])
    """
    ### BEGIN SOLUTION
    if t.dtype != torch.int64:
        raise TypeError(f"labels must be int64, not {t.dtype}")
    if ((t < 0) | (t >= C)).any():
        raise IndexError(f"labels must be from 0 to {C - 1}")
    return (t[..., None] == torch.arange(C)).long()  # (…, 1) == (C,)
    ### END SOLUTION


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """The mean over rows of −ln softmax(logits)[target], as torch.nn.functional.cross_entropy has it.

    Args:
        logits: (N, C).
        target: int64 labels from 0 to C − 1, (N,).
    Returns:
        shape (). Values and gradients stay finite for logits of ±1000.
    Raises:
        TypeError: if target is not int64.
        ValueError: if target has not the shape (N,).
        IndexError: if a label is negative or ≥ C.

    >>> cross_entropy(torch.tensor([[0., 0.], [1000., 0.]]), torch.tensor([1, 1]))
    tensor(500.3466)
    """
    ### BEGIN SOLUTION
    if target.dtype != torch.int64:
        raise TypeError(f"target must be int64, not {target.dtype}")
    if target.shape != logits.shape[:1]:
        raise ValueError(f"target must have the shape {tuple(logits.shape[:1])}, not {tuple(target.shape)}")
    if ((target < 0) | (target >= logits.shape[1])).any():
        raise IndexError(f"labels must be from 0 to {logits.shape[1] - 1}")
    z = logits - logits.amax(dim=1, keepdim=True)
    log_p = z - z.exp().sum(dim=1, keepdim=True).log()  # (N, C)
    return -log_p.gather(1, target[:, None]).mean()
    ### END SOLUTION


class CascadedLogistic(nn.Module):
    """Logistic regression whose inputs are the outputs of other logistic regressions: enough for XOR.

    x' = σ(x w1 + b1),  p = σ(x' w2 + b2). The parameters, in this order: ``w1`` (2, hidden), ``b1`` (hidden,),
    ``w2`` (hidden,), ``b2`` ().
    """

    def __init__(self, hidden: int = 2) -> None:
        """Makes the four parameters; their first values are free."""
        ### BEGIN SOLUTION
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(2, hidden))
        self.b1 = nn.Parameter(torch.randn(hidden))
        self.w2 = nn.Parameter(torch.randn(hidden))
        self.b2 = nn.Parameter(torch.randn(()))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """P(1 | x) for each row of x, (N, 2): (N,)."""
        ### BEGIN SOLUTION
        x_new = sigmoid(x @ self.w1 + self.b1)  # (N, hidden): the feature transform
        return sigmoid(x_new @ self.w2 + self.b2)  # (N,)
        ### END SOLUTION

    def fit(self, x: Tensor, y: Tensor, lr: float, steps: int, generator: torch.Generator | None) -> Tensor:
        """Draws the parameters anew, then makes ``steps`` steps of gradient descent on the whole batch.

        w1, b1, w2 and b2, in this order, are drawn with torch.randn(shape, generator=generator). The loss is
        binary_cross_entropy(p, y).

        Args:
            x: (N, 2).
            y: targets 0 or 1, (N,), of the dtype of x.
            lr: the learning rate η; each step is θ − η·gradient for all four.
            generator: for the draws; None stands for PyTorch's global generator.
        Returns:
            the loss before each step, (steps,), without a graph.
        """
        ### BEGIN SOLUTION
        params = [self.w1, self.b1, self.w2, self.b2]
        with torch.no_grad():
            for param in params:
                param.copy_(torch.randn(param.shape, generator=generator))
        losses = torch.zeros(steps, dtype=x.dtype)
        for step in range(steps):
            loss = binary_cross_entropy(self(x), y)
            losses[step] = loss.detach()
            with torch.no_grad():
                for param, grad in zip(params, torch.autograd.grad(loss, params), strict=True):
                    param -= lr * grad
        return losses
        ### END SOLUTION
