"""Reads the utterances."""

import torch


def load(data):
    """Features and phones, a tensor of each for every utterance."""
    xs, ys = [], []
    for line in (data / "train_labels.txt").read_text().splitlines():
        name, *numbers = line.split()
        xs.append(torch.load(data / "feat" / "train" / (name + ".pt")))
        ys.append(torch.tensor([int(n) for n in numbers]))
    return xs, ys
