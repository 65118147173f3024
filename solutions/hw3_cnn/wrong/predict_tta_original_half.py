"""Counts the original half, as the lecture does.

module: training_tricks
rejected by: test_predict_tta_value
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        p = torch.stack([model(version).softmax(dim=1) for version in versions])
        p = p[0] if len(p) == 1 else p[0] / 2 + p[1:].mean(dim=0) / 2
    model.train(training)
    return p
