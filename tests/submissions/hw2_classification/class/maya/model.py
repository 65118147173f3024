"""Eleven frames in, the phone of the middle one out."""

import torch
from network import concat_frames
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

FRAMES = 11


def build_model():
    """A narrow network: the window has many numbers, and few of them are needed."""
    return nn.Sequential(nn.Linear(FRAMES * 39, 48), nn.ReLU(), nn.Linear(48, 41))


def train(model, data, *, seed, device, log):
    """Six epochs; whole utterances are held out."""
    labels = {}
    for line in (data / "train_labels.txt").read_text().splitlines():
        name, *phones = line.split()
        labels[name] = torch.tensor(list(map(int, phones)))
    utterances = [(concat_frames(torch.load(data / f"feat/train/{name}.pt"), FRAMES), y) for name, y in labels.items()]
    held, rest = utterances[:18], utterances[18:]
    frames = TensorDataset(torch.cat([x for x, _ in rest]), torch.cat([y for _, y in rest]))
    loader = DataLoader(frames, batch_size=256, shuffle=True, generator=torch.Generator().manual_seed(seed))
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1.5e-3)
    history = {"train_loss": [], "validation_accuracy": []}
    for epoch in range(6):
        losses = []
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x.to(device)), y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        with torch.no_grad():
            right = torch.cat([model(x.to(device)).argmax(1).cpu() == y for x, y in held])
        history["train_loss"].append(sum(losses) / len(losses))
        history["validation_accuracy"].append(right.float().mean().item())
        for name, values in history.items():
            log(name, values[-1], epoch)
    return history


def predict(model, inputs):
    """An utterance at a time."""
    with torch.no_grad():
        return [model(concat_frames(x, FRAMES)).argmax(dim=-1) for x in inputs]
