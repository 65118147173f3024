"""Keeps the graph.

module: training_tricks
rejected by: test_predict_tta_no_gradient
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.enable_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        p = torch.stack([model(version).softmax(dim=1) for version in versions]).mean(dim=0)
    model.train(training)
    return p
