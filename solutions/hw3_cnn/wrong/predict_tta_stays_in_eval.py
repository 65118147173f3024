"""Leaves the model in eval mode.

module: training_tricks
rejected by: test_predict_tta_mode
"""

import torch


def predict_tta(model, x, transforms):
    model.eval()
    with torch.no_grad():
        versions = [x, *(transform(x) for transform in transforms)]
        return torch.stack([model(version).softmax(dim=1) for version in versions]).mean(dim=0)
