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
        ### BEGIN SOLUTION
        width, dropout = 96, 0.3
        sizes = (FEATURES, 2 * width)
        self.forwards = nn.ModuleList(nn.GRU(size, width, batch_first=True) for size in sizes)
        self.backwards = nn.ModuleList(nn.GRU(size, width, batch_first=True) for size in sizes)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(2 * width, PHONES)
        ### END SOLUTION

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """A batch of utterances -> logits.

        Args:
            x: (N, T, 39), N utterances, padded at the end to the longest one's T frames.
            lengths: (N,), int64, on the CPU: how many frames of each are no padding.
        Returns:
            (N, T, 41); what stands in the padding does not matter, and must not matter to the rest.
        """
        ### BEGIN SOLUTION
        # The frames of an utterance in reverse order, its padding still at the end: so a GRU begins at the last frame
        # and not in the padding, as in a packed sequence, but several times as fast on a CPU.
        step = torch.arange(x.shape[1])
        turn = torch.where(step < lengths[:, None], lengths[:, None] - 1 - step, step).to(x.device)  # (N, T)

        def turned(z: Tensor) -> Tensor:
            return z.gather(1, turn[:, :, None].expand_as(z))

        for forwards, backwards in zip(self.forwards, self.backwards, strict=True):
            x = torch.cat([forwards(x)[0], turned(backwards(turned(x))[0])], dim=2)
            x = self.dropout(x)  # (N, T, 192)
        return self.output(x)
        ### END SOLUTION


def build_model() -> nn.Module:
    """A new, untrained model, on the CPU.

    The grader calls it, loads your saved weights into it and then calls ``predict``. So it takes no arguments,
    reads no files, and every number that the training finds is a parameter or a buffer of the model.
    """
    ### BEGIN SOLUTION
    return PhoneModel()
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    features, phones = read_training_data(data)
    held = range(9, len(features), 10)  # whole utterances: neighbouring frames are nearly the same frame
    fit = [i for i in range(len(features)) if i not in held]
    x_held, y_held = [features[i].to(device) for i in held], torch.cat([phones[i] for i in held])
    model.to(device)
    epochs, batch_size, rate = 16, 16, 8e-3
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-2)
    steps = epochs * -(-len(fit) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    history: dict[str, list[float]] = {"train_loss": [], "validation_accuracy": []}
    best, best_state = -1.0, copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        model.train()
        total, frames = 0.0, 0
        for batch in torch.randperm(len(fit), generator=generator).split(batch_size):
            chosen = [fit[i] for i in batch.tolist()]
            lengths = torch.tensor([len(phones[i]) for i in chosen])
            x = pad_sequence([features[i] for i in chosen], batch_first=True).to(device)
            y = pad_sequence([phones[i] for i in chosen], batch_first=True, padding_value=-100).to(device)
            logits = model(x, lengths)  # (N, T, 41)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), ignore_index=-100)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * int(lengths.sum())
            frames += int(lengths.sum())
        accuracy = (torch.cat(predict(model, x_held)).cpu() == y_held).float().mean().item()
        for name, value in (("train_loss", total / frames), ("validation_accuracy", accuracy)):
            history[name].append(value)
            log(name, value, epoch)
        if accuracy > best:
            best, best_state = accuracy, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history
    ### END SOLUTION


def predict(model: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    """The likeliest phone for every frame.

    Args:
        model: with the trained weights.
        inputs: utterances (T, 39), float32, on the model's device; T differs.
    Returns:
        for each utterance its phones (T,), int64.
    """
    ### BEGIN SOLUTION
    model.eval()
    result = []
    with torch.no_grad():
        for start in range(0, len(inputs), 32):
            batch = inputs[start : start + 32]
            lengths = torch.tensor([len(x) for x in batch])
            phones = model(pad_sequence(batch, batch_first=True), lengths).argmax(dim=2)  # (N, T)
            result += [row[:length] for row, length in zip(phones, lengths.tolist(), strict=True)]
    return result
    ### END SOLUTION
