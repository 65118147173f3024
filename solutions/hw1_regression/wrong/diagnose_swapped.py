"""Mixes up model bias and optimization.

module: regression
rejected by: test_diagnose_cases
"""


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    if train_loss > target_loss:
        return "model bias" if smaller_model_train_loss < train_loss else "optimization"
    return "overfitting or mismatch" if validation_loss > target_loss else "good"
