"""Averages the logits.

module: training_tricks
rejected by: test_predict_tta_value
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        p = torch.stack([model(version) for version in versions]).mean(dim=0).softmax(dim=1)
    model.train(training)
    return p
