"""Gives each transform what the last one returned.

module: training_tricks
rejected by: test_predict_tta_value
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x]
        for transform in transforms:
            versions.append(transform(versions[-1]))
        p = torch.stack([model(version).softmax(dim=1) for version in versions]).mean(dim=0)
    model.train(training)
    return p
