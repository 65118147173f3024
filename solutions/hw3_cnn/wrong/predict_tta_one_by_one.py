"""Asks about one picture at a time.

module: training_tricks
rejected by: test_predict_tta_calls
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    model.eval()
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        answers = [torch.cat([model(image[None]) for image in version]) for version in versions]
        p = torch.stack([version.softmax(dim=1) for version in answers]).mean(dim=0)
    model.train(training)
    return p
