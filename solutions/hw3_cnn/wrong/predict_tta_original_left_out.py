"""Leaves the original out.

module: training_tricks
rejected by: test_predict_tta_value
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [transform(x) for transform in transforms] or [x]
        p = torch.stack([model(version).softmax(dim=1) for version in versions]).mean(dim=0)
    model.train(training)
    return p
