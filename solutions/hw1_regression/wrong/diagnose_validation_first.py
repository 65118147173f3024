"""Calls every gap overfitting before it looks at the training loss.

module: regression
rejected by: test_diagnose_cases
"""


def diagnose(train_loss, validation_loss, smaller_model_train_loss, target_loss):
    if validation_loss > train_loss:
        return "overfitting or mismatch"
    if train_loss > target_loss:
        return "optimization" if smaller_model_train_loss < train_loss else "model bias"
    return "good"
