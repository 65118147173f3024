"""A model with two weights and a bias."""

from torch import Tensor, nn


def build_model() -> nn.Module:
    """A fresh model."""
    ### BEGIN SOLUTION
    return nn.Linear(2, 1)
    ### END SOLUTION


def train(model, data, *, seed, device, log):
    """Not needed here: the weights are known."""
    ### BEGIN SOLUTION
    return {}
    ### END SOLUTION


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """inputs: (N, 2); returns (N,)."""
    ### BEGIN SOLUTION
    return model(inputs).squeeze(-1)
    ### END SOLUTION
