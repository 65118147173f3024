"""Asks once about all versions together.

module: training_tricks
rejected by: test_predict_tta_calls
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        p = model(torch.cat(versions)).softmax(dim=1).reshape(len(versions), len(x), -1).mean(dim=0)
    model.train(training)
    return p
