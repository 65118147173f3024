"""Regularisation, bias and variance, cross-validation, and what to work on next."""

import pytest
import torch

from grader.checkers import (
    CheckFailed,
    assert_close,
    assert_unchanged,
    check_equal,
    check_number,
    check_tensor,
    check_type,
)


def parameters(rng):
    """Named parameters of two layers that need a gradient."""
    shapes = {"0.weight": (3, 5), "0.bias": (5,), "2.weight": (5, 2), "2.bias": (2,)}
    return [
        (name, torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True))
        for name, shape in shapes.items()
    ]


def total(tensors):
    return sum(float(t.square().sum()) for t in tensors)


@pytest.mark.points(1)
@pytest.mark.hint("Square, sum within each weight, sum over the weights.", "Does the name end in bias?")
def test_l2_penalty_value(submission, rng):
    """l2_penalty is the sum of the squared weights, without the biases"""
    named = parameters(rng)
    w1, b1, w2, b2 = (t.detach() for _, t in named)
    got = submission.l2_penalty(named)
    weights = total([w1, w2])
    mistakes = {
        "The biases are in it.": total([w1, b1, w2, b2]),
        "There is no factor 1/2 in this penalty.": weights / 2,
        "The squares are summed, not averaged.": float(w1.square().mean() + w2.square().mean()),
        "These are norms: leave out the root.": float(w1.norm() + w2.norm()),
        "That is the norm: leave out the root.": weights**0.5,
        "That is the L1 penalty: square, don't take the absolute value.": float(w1.abs().sum() + w2.abs().sum()),
        "Only one weight is counted.": total([w2]),
    }
    check_tensor(got, shape=(), dtype=torch.float64, what="l2_penalty(named_parameters)")
    # float64 and a sum of 25 squares
    check_number(got.item(), weights, atol=1e-10, what="l2_penalty(named_parameters)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Add up tensors, not numbers: .item() and float() cut the graph.", "exclude_bias=False keeps all.")
def test_l2_penalty_gradient(submission, rng):
    """l2_penalty takes all parameters with exclude_bias=False and can be differentiated"""
    named = parameters(rng)
    tensors = [t for _, t in named]
    got = submission.l2_penalty(named, False)
    check_tensor(got, shape=(), dtype=torch.float64, what="l2_penalty(named_parameters, exclude_bias=False)")
    if not got.requires_grad:
        raise CheckFailed("l2_penalty(...) is cut off from autograd; is there an item() or a float() in it?")
    v = torch.randn((), generator=rng, dtype=torch.float64)
    grads = torch.autograd.grad(got, tensors, v, allow_unused=True, materialize_grads=True)
    for (name, tensor), grad in zip(named, grads, strict=True):
        mistakes = {
            f"No gradient reaches {name}, but exclude_bias is False.": 0.0,
            "There is no factor 1/2 in this penalty.": v * tensor,
        }
        # float64, elementwise
        what = f"the gradient with respect to {name}"
        assert_close(grad, 2 * v * tensor.detach(), atol=1e-12, what=what, mistakes=mistakes)


def scores(submission, preds, f_star):
    """(bias2, variance), after type and shapes have been looked at."""
    result = check_type(
        submission.bias_variance(preds.clone(), f_star.clone()), tuple, what="bias_variance(preds, f_star)"
    )
    check_equal(len(result), 2, what="the length of bias_variance(preds, f_star)")
    for name, value in zip(("bias2", "variance"), result, strict=True):
        check_tensor(value, shape=(), dtype=preds.dtype, what=name)
    return result


@pytest.mark.points(1)
@pytest.mark.hint("Average the M models at each point first (dim=0), then compare with f*.")
def test_bias_variance_bias(submission, rng):
    """bias_variance compares the average model with the truth"""
    preds = torch.randn(5, 7, generator=rng, dtype=torch.float64)
    f_star = torch.randn(7, generator=rng, dtype=torch.float64) + 1
    bias2, _ = scores(submission, preds, f_star)
    errors = preds.sum(dim=0) / 5 - f_star
    mistakes = {
        "That is the mean squared error of all models; average the models first.": (preds - f_star).square().mean(),
        "The squares are averaged over the points, not summed.": errors @ errors,
        "Square the difference at each point before you average over the points.": errors.mean() ** 2,
        "Square the differences: this is the mean absolute one.": errors.abs().mean(),
    }
    # float64 and sums of at most 35 terms
    assert_close(bias2, errors @ errors / 7, atol=1e-12, what="bias2", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("How far does each model lie from the average model? Divide by M, not by M − 1.")
def test_bias_variance_variance(submission, rng):
    """bias_variance measures how much the models differ from their average"""
    preds = torch.randn(5, 7, generator=rng, dtype=torch.float64)
    preds = preds + 2 * torch.randn(7, generator=rng, dtype=torch.float64)  # points differ more than models do
    _, variance = scores(submission, preds, torch.randn(7, generator=rng, dtype=torch.float64))
    squares, mean = preds.square().sum(dim=0) / 5, preds.sum(dim=0) / 5
    want = (squares - mean**2).sum() / 7
    mistakes = {
        "Divide by M, not by M − 1.": want * 5 / 4,
        "The variance is over the models (dim=0), not over the points.": preds.var(dim=1, correction=0).mean(),
        "The variance at each point is about that point's average, not about the average of all.": preds.var(
            correction=0
        ),
        "That is the standard deviation.": (squares - mean**2).sqrt().mean(),
    }
    # float64; the difference of second moments costs a digit
    assert_close(variance, want, atol=1e-11, what="variance", mistakes=mistakes)


def folds_of(splits, n, k, what):
    """The k pairs, after types, sizes and dtypes have been looked at."""
    check_type(splits, list, what=what)
    check_equal(len(splits), k, what=f"the number of splits of {what}")
    for i, split in enumerate(splits):
        check_equal(len(check_type(split, tuple, what=f"split {i}")), 2, what=f"the length of split {i}")
        size = n // k + (1 if i < n % k else 0)
        first = split[0]
        if isinstance(first, torch.Tensor) and first.shape == (size,) and size != n - size:
            raise CheckFailed(f"split {i} is (validation, train); return (train, validation)")
        check_tensor(split[1], shape=(size,), dtype=torch.int64, what=f"the validation indices of split {i}")
        check_tensor(split[0], shape=(n - size,), dtype=torch.int64, what=f"the training indices of split {i}")
    return splits


@pytest.mark.points(1)
@pytest.mark.hint(
    "Each split is (train, validation), in this order.",
    "11 examples in 3 folds: 4, 4 and 3. The first n % k folds get one more.",
)
def test_kfold_indices_folds(submission):
    """kfold_indices lets each fold be the validation set once"""
    what = "kfold_indices(11, 3, shuffle=False, generator=None)"
    splits = folds_of(submission.kfold_indices(11, 3, False, None), 11, 3, what)
    for i, (start, stop) in enumerate(((0, 4), (4, 8), (8, 11))):
        train, validation = splits[i]
        want = torch.arange(start, stop)
        mistakes = {"The folds are consecutive pieces, not every k-th index.": torch.arange(i, 11, 3)}
        assert_close(validation, want, atol=0, what=f"the validation indices of split {i}", mistakes=mistakes)
        rest = torch.cat([torch.arange(start), torch.arange(stop, 11)])
        assert_close(train, rest, atol=0, what=f"the training indices of split {i}")


@pytest.mark.points(1)
@pytest.mark.hint("Shuffle once, then cut into folds; the validation sets must not overlap.")
def test_kfold_indices_shuffle(submission, rng):
    """kfold_indices shuffles once, by the generator"""
    seed = int(torch.randint(2**31, (), generator=rng))
    generator = torch.Generator().manual_seed(seed)
    what = "kfold_indices(23, 4, shuffle=True, generator)"
    splits = folds_of(submission.kfold_indices(23, 4, True, generator), 23, 4, what)
    everything = torch.arange(23)
    for i, (train, validation) in enumerate(splits):
        together = torch.cat([train, validation]).sort().values
        assert_close(together, everything, atol=0, what=f"training and validation indices of split {i}, sorted")
    order = torch.cat([validation for _, validation in splits])
    what = "the validation indices of all splits, sorted"
    mistakes = {"The order is not shuffled.": everything}
    assert_close(order.sort().values, everything, atol=0, what=what)
    what = "the validation indices of all splits (the handout asks for torch.randperm(n, generator=generator))"
    want = torch.randperm(23, generator=torch.Generator().manual_seed(seed))
    assert_close(order, want, atol=0, what=what, mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("Look at the training loss first; the validation loss says nothing before it is small.")
def test_diagnose_cases(submission):
    """diagnose names the four situations of the lecture's guide"""
    for train, validation, smaller, want in (
        (0.9, 1.1, 1.2, "model bias"),
        (0.9, 1.1, 0.6, "optimization"),
        (0.9, 0.4, 1.2, "model bias"),
        (0.9, 0.4, 0.6, "optimization"),
        (0.3, 0.9, 0.6, "overfitting or mismatch"),
        (0.3, 0.9, 0.2, "overfitting or mismatch"),
        (0.3, 0.4, 0.6, "good"),
        (0.3, 0.2, 0.1, "good"),
    ):
        got = submission.diagnose(train, validation, smaller, 0.5)
        what = (
            f"diagnose(train_loss={train}, validation_loss={validation}, "
            f"smaller_model_train_loss={smaller}, target_loss=0.5)"
        )
        check_equal(got, want, what=what)


@pytest.mark.points("0.5")
@pytest.mark.hint("Equal to the target is good enough; an equally good smaller model is no proof.")
def test_diagnose_ties(submission):
    """diagnose accepts a loss that equals the target"""
    for train, validation, smaller, want in (
        (0.5, 0.7, 0.6, "overfitting or mismatch"),
        (0.5, 0.5, 0.6, "good"),
        (0.25, 0.5, 0.6, "good"),
        (0.75, 0.7, 0.75, "model bias"),
    ):
        got = submission.diagnose(train, validation, smaller, 0.5)
        what = (
            f"diagnose(train_loss={train}, validation_loss={validation}, "
            f"smaller_model_train_loss={smaller}, target_loss=0.5)"
        )
        check_equal(got, want, what=what)
