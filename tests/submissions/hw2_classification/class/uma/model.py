"""The trained model: tells the phone in every frame of an utterance.

The handout (README.md) has the layout of the data, the four tiers and hints for each of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

FEATURES, PHONES = 39, 41


def read_training_data(data: Path) -> tuple[list[Tensor], list[Tensor]]:
    """Given: the utterances of train_split.txt in the folder ``data``, in its order.

    Returns:
        features (T, 39), float32, and phones (T,), int64: a tensor of each for every utterance; T differs.
    """
    names = (data / "train_split.txt").read_text().split()
    rows = (line.split() for line in (data / "train_labels.txt").read_text().splitlines())
    phones = {name: torch.tensor([int(number) for number in numbers]) for name, *numbers in rows}
    features = [torch.load(data / "feat" / "train" / f"{name}.pt", weights_only=True) for name in names]
    return features, [phones[name] for name in names]


class PhoneModel(nn.Module):
    """A network that sees a whole utterance, or as much of it as you choose, and rates 41 phones for each frame."""

    def __init__(self) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """A batch of utterances -> logits.

        Args:
            x: (N, T, 39), N utterances, padded at the end to the longest one's T frames.
            lengths: (N,), int64, on the CPU: how many frames of each are no padding.
        Returns:
            (N, T, 41); what stands in the padding does not matter, and must not matter to the rest.
        """
        raise NotImplementedError


def build_model() -> nn.Module:
    """A new, untrained model, on the CPU.

    The grader calls it, loads your saved weights into it and then calls ``predict``. So it takes no arguments,
    reads no files, and every number that the training finds is a parameter or a buffer of the model.
    """
    raise NotImplementedError


def train(
    model: nn.Module,
    data: Path,
    *,
    seed: int,
    device: str,
    log: Callable[[str, float, int], None],
) -> dict[str, list[float]]:
    """Trains ``model`` in place and leaves it with the weights of its best epoch.

    Args:
        model: what ``build_model`` returned; move it to ``device``.
        data: the folder that ``read_training_data`` reads.
        seed: of every draw that you make (``torch.Generator().manual_seed(seed)``): with the same seed on the
            same machine the same weights must come out. The global generators were seeded with it, too.
        device: "cpu" or "cuda".
        log: ``log("validation_accuracy", 0.75, epoch)`` shows a number, draws its curve and writes it to
            TensorBoard.
    Returns:
        the history: a name -> one number an epoch, for instance {"train_loss": [...], "validation_accuracy": [...]}.
    """
    raise NotImplementedError


def predict(model: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    """The likeliest phone for every frame.

    Args:
        model: with the trained weights.
        inputs: utterances (T, 39), float32, on the model's device; T differs.
    Returns:
        for each utterance its phones (T,), int64.
    """
    raise NotImplementedError
