"""Reaches boss: a recurrent network in both directions, one utterance long."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(39, 96, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(192, 41))

    def forward(self, x):
        """(N, T, 39) -> (N, T, 41)"""
        return self.head(self.gru(x)[0])


def build_model():
    return Recurrent()


def train(model, data, *, seed, device, log):
    labels = [line.split() for line in (data / "train_labels.txt").read_text().splitlines()]
    xs = [torch.load(data / "feat" / "train" / f"{name}.pt").to(device) for name, *_ in labels]
    ys = [torch.tensor([int(phone) for phone in phones], device=device) for _, *phones in labels]
    held, rest = range(15), range(15, len(xs))
    model.to(device)
    epochs, size = 16, 16
    optimizer = torch.optim.AdamW(model.parameters(), lr=8e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 8e-3, epochs=epochs, steps_per_epoch=-(-len(rest) // size)
    )
    generator = torch.Generator().manual_seed(seed)
    losses, accuracies, best = [], [], None
    for epoch in range(epochs):
        model.train()
        running = 0.0
        for batch in torch.randperm(len(rest), generator=generator).split(size):
            batch = [rest[int(i)] for i in batch]
            logits = model(pad_sequence([xs[i] for i in batch], batch_first=True))
            target = pad_sequence([ys[i] for i in batch], batch_first=True, padding_value=-1)
            loss = nn.functional.cross_entropy(logits.transpose(1, 2), target, ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            running += loss.item() * len(batch) / len(rest)
        guesses = torch.cat(predict(model, [xs[i] for i in held]))
        accuracy = (guesses == torch.cat([ys[i] for i in held])).double().mean().item()
        if accuracy > max(accuracies, default=0):
            best = {name: value.clone() for name, value in model.state_dict().items()}
        losses.append(running)
        accuracies.append(accuracy)
        log("train_loss", running, epoch)
        log("validation_accuracy", accuracy, epoch)
    model.load_state_dict(best)
    return {"train_loss": losses, "validation_accuracy": accuracies}


@torch.no_grad()
def predict(model, inputs):
    model.eval()
    return [model(x[None])[0].argmax(dim=1) for x in inputs]  # one by one: nothing is padded
