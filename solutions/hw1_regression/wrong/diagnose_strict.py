"""Wants the losses below the target.

module: regression
rejected by: test_diagnose_ties
"""


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    if train_loss >= target_loss:
        return "optimization" if smaller_model_train_loss < train_loss else "model bias"
    return "overfitting or mismatch" if validation_loss >= target_loss else "good"
