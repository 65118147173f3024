"""Gives the transforms one picture at a time.

module: training_tricks
rejected by: test_predict_tta_calls
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x, *(torch.stack([transform(image) for image in x]) for transform in transforms)]
        p = torch.stack([model(version).softmax(dim=1) for version in versions]).mean(dim=0)
    model.train(training)
    return p
