"""Puts the model into eval mode after the first question.

module: training_tricks
rejected by: test_predict_tta_mode
"""

import torch


def predict_tta(model, x, transforms):
    training = model.training
    with torch.no_grad():
        ps = [model(x).softmax(dim=1)]
        model.eval()
        ps += [model(transform(x)).softmax(dim=1) for transform in transforms]
        p = torch.stack(ps).mean(dim=0)
    model.train(training)
    return p
