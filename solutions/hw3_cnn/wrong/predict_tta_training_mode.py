"""Asks in the mode in which the model is.

module: training_tricks
rejected by: test_predict_tta_mode
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        p = torch.stack([model(version).softmax(dim=1) for version in versions]).mean(dim=0)
    model.train(training)
    return p
