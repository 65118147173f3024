"""Regularisation, bias and variance, and cross-validation at their edges."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_equal, check_tensor

pytestmark = pytest.mark.hidden


@pytest.mark.points("0.5")
def test_l2_penalty_names(submission):
    """l2_penalty knows a bias by the last part of its name, and gives a tensor when nothing is left"""
    named = [
        ("bias_net.weight", 1.0),
        ("encoder.bias.scale", 10.0),
        ("gain", 100.0),
        ("rnn.bias_ih_l0", 1000.0),
        ("attention.in_proj_bias", 10000.0),
        ("bias", 100000.0),
    ]
    # the first one is a matrix, the others are vectors
    tensors = [(name, torch.full((2,), size, dtype=torch.float64)) for name, size in named]
    tensors[0] = (tensors[0][0], tensors[0][1][:, None])
    got = submission.l2_penalty(iter(tensors), True)  # as model.named_parameters(): once and no more
    want = torch.tensor(2 * (1.0 + 100.0 + 10000.0), dtype=torch.float64)
    # float64 and whole numbers
    mistakes = {
        "Not every vector is a bias, and not every bias is a vector: look at the name.": 2.0,
        "Only the part of the name after the last dot counts.": 2 * 10000.0,
        "A bias may be called in_proj_bias or bias_ih_l0.": 2 * (1.0 + 100.0 + 10000.0 + 1e6 + 1e8),
    }
    what = "l2_penalty of bias_net.weight, encoder.bias.scale, gain and three biases"
    assert_close(got, want, atol=1e-6, what=what, mistakes=mistakes)
    for left in ([], tensors[3:]):
        got = submission.l2_penalty(left, True)
        assert_close(got, torch.zeros(()), atol=0, what="l2_penalty without any weight")


@pytest.mark.points("0.5")
def test_bias_variance_single_model(submission, rng):
    """bias_variance knows that a single model has no variance"""
    preds = torch.randn(10, 1, generator=rng)[::2].T
    f_star = torch.randn(5, generator=rng)
    bias2, variance = submission.bias_variance(preds, f_star)
    # float32 and 5 terms
    assert_close(variance, torch.zeros(()), atol=1e-6, what="the variance of one model")
    assert_close(bias2, (preds[0] - f_star).square().mean(), atol=1e-5, what="bias2 of one model")


@pytest.mark.points("0.5")
def test_kfold_indices_edges(submission, rng):
    """kfold_indices can leave one out, keeps the shuffled order, needs no generator and refuses bad numbers of folds"""
    splits = submission.kfold_indices(5, 5, False, None)
    check_equal(len(splits), 5, what="the number of splits of kfold_indices(5, 5, …)")
    for i, (train, validation) in enumerate(splits):
        assert_close(validation, torch.tensor([i]), atol=0, what=f"the validation indices of split {i} of 5")
        check_tensor(train, shape=(4,), dtype=torch.int64, what=f"the training indices of split {i} of 5")
        rest = torch.tensor([j for j in range(5) if j != i])
        assert_close(train.sort().values, rest, atol=0, what=f"the sorted training indices of split {i} of 5")
    generator = torch.Generator().manual_seed(int(torch.randint(2**31, (), generator=rng)))
    first, second = submission.kfold_indices(17, 2, True, generator)
    # with two folds the training set of one split is the validation set of the other
    assert_close(first[0], second[1], atol=0, what="the training indices of split 0 of 2, in the shuffled order")
    assert_close(second[0], first[1], atol=0, what="the training indices of split 1 of 2, in the shuffled order")
    folds = torch.cat([validation for _, validation in submission.kfold_indices(7, 2, True, None)])
    assert_close(folds.sort().values, torch.arange(7), atol=0, what="the sorted folds with generator=None")
    for n, k in ((5, 1), (5, 6), (5, 0)):
        try:
            submission.kfold_indices(n, k, False, None)
        except ValueError:
            continue
        raise CheckFailed(f"kfold_indices must raise ValueError for n={n}, k={k}")
