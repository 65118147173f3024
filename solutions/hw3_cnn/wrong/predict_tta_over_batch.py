"""Takes the softmax over the batch.

module: training_tricks
rejected by: test_predict_tta_value
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        p = torch.stack([model(version).softmax(dim=0) for version in versions]).mean(dim=0)
    model.train(training)
    return p
