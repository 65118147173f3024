"""Dropout and batch normalisation."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def fresh(rng):
    """A generator for one call."""
    return torch.Generator().manual_seed(int(torch.randint(2**31, (), generator=rng)))


def nonzero(rng, *shape):
    """Numbers that are not 0, so that a 0 in the result was dropped."""
    x = torch.randn(shape, generator=rng)
    return torch.where(x < 0, x - 0.1, x + 0.1)


@pytest.mark.points("1.5")
@pytest.mark.hint("p is the probability of a zero.", "What stays is divided by 1 − p.")
def test_dropout_training(submission, rng):
    """dropout sets a share p to 0 and divides the rest by 1 − p"""
    x, p = nonzero(rng, 101, 199), 0.3
    y = submission.dropout(x, p, True, fresh(rng))
    check_tensor(y, shape=x.shape, dtype=torch.float32, what="dropout(x, 0.3, True, generator)")
    kept = y != 0
    share = float(kept.float().mean())
    # 20,099 draws: a deviation of six standard deviations, 6·√(0.3·0.7/20099) = 0.0194, is no chance
    if abs(share - 0.7) > 0.02:
        close = {0.3: ": p is the probability of a zero, not that to stay", 1.0: ": nothing is dropped"}
        hint = next((text for value, text in close.items() if abs(share - value) < 0.02), "")
        raise CheckFailed(f"dropout with p = 0.3 keeps {share:.3f} of the elements; it should keep 0.7{hint}")
    ratio = (y / x)[kept]
    mistakes = {
        "What stays is divided by 1 − p.": 1.0,
        "What stays is divided by 1 − p, not by p.": 1 / 0.3,
        "What stays is divided by 1 − p, not multiplied.": 0.7,
        "The scale is 1/(1 − p), not the observed share of what stays.": 1 / share,
    }
    # float32: one multiplication and a division
    what = "result / x where it was not dropped"
    assert_close(ratio, torch.full_like(ratio, 1 / 0.7), atol=1e-5, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("The same zeros and the same scale as in the result.")
def test_dropout_gradient(submission, rng):
    """dropout lets the gradient through where the element stayed"""
    x, v = nonzero(rng, 7, 31).double().requires_grad_(), draw(rng, 7, 31)
    y = submission.dropout(x, 0.4, True, fresh(rng))
    check_tensor(y, shape=(7, 31), dtype=torch.float64, what="dropout(x, 0.4, True, generator)")
    if not y.requires_grad:
        raise CheckFailed("dropout(x, …) is cut off from autograd")
    (got,) = torch.autograd.grad(y, x, v)
    kept = (y != 0).double()
    mistakes = {"The gradient goes through what was dropped, too.": v / 0.6, "The scale is missing.": kept * v}
    # float64 and one division
    what = "the gradient of dropout, v/(1 − p) where the element stayed"
    assert_close(got, kept * v / 0.6, atol=1e-12, what=what, mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("Without training there is nothing to draw: return x before the generator is touched.")
def test_dropout_eval(submission, rng):
    """dropout without training returns x and leaves the generator as it is"""
    x = torch.randn(5, 7, generator=rng)
    generator = fresh(rng)
    before = generator.get_state()
    y = submission.dropout(x, 0.6, False, generator)
    if torch.is_tensor(y) and bool((y == 0).any()):
        raise CheckFailed("dropout(x, 0.6, training=False, generator) has dropped elements; x must stay as it is")
    mistakes = {"Nothing is rescaled without training.": x * 0.4, "Nothing is divided without training.": x / 0.4}
    # the same numbers
    assert_close(y, x, atol=0, what="dropout(x, 0.6, training=False, generator)", mistakes=mistakes)
    if not torch.equal(generator.get_state(), before):
        raise CheckFailed("dropout without training has drawn from the generator: the state differs afterwards")


@pytest.mark.points("0.5")
@pytest.mark.hint("Hand the generator to torch.rand, and never seed it.")
def test_dropout_generator(submission, rng):
    """dropout draws from the generator, and from nothing else"""
    x = nonzero(rng, 11, 17)
    generator = fresh(rng)
    again = torch.Generator().manual_seed(generator.initial_seed())
    first, second = (submission.dropout(x, 0.5, True, generator) for _ in range(2))
    repeated = submission.dropout(x, 0.5, True, again)
    check_tensor(first, shape=(11, 17), dtype=torch.float32, what="dropout(x, 0.5, True, generator)")
    # 187 draws: two independent ones are equal with the probability 2⁻¹⁸⁷
    what = "dropout with a generator in the same state as before"
    assert_close(repeated, first, atol=0, what=f"{what} (is another generator in use?)")
    check_tensor(second, shape=(11, 17), dtype=torch.float32, what="the second dropout(x, 0.5, True, generator)")
    if torch.equal(first, second):
        raise CheckFailed("two calls with one generator drop the same elements: it must move on; don't seed it")


def loaded(submission, rng, d, **options):
    """The student's BatchNorm1d and PyTorch's, with the same drawn state."""
    layer = submission.BatchNorm1d(d, **options).double()
    check_state(layer, d)
    twin = torch.nn.BatchNorm1d(d, **options).double()
    state = {
        "weight": draw(rng, d),
        "bias": draw(rng, d),
        "running_mean": draw(rng, d),
        "running_var": draw(rng, d).square() + 0.5,
        "num_batches_tracked": torch.tensor(3),
    }
    layer.load_state_dict(state)
    twin.load_state_dict(state)
    return layer, twin


def check_state(layer, d):
    found = {name: (tuple(value.shape), value.dtype) for name, value in layer.state_dict().items()}
    names = ("weight", "bias", "running_mean", "running_var")
    want = dict.fromkeys(names, ((d,), torch.float64)) | {"num_batches_tracked": ((), torch.int64)}
    check_equal(found, want, what="the state dict of BatchNorm1d (after .double())")


@pytest.mark.points("0.5")
@pytest.mark.hint("weight and bias are nn.Parameters, the rest is set by register_buffer.")
def test_batch_norm_state(submission):
    """BatchNorm1d begins with PyTorch's parameters and buffers"""
    layer = submission.BatchNorm1d(5)
    want = {
        "weight": torch.ones(5),
        "bias": torch.zeros(5),
        "running_mean": torch.zeros(5),
        "running_var": torch.ones(5),
        "num_batches_tracked": torch.tensor(0),
    }
    check_equal(list(layer.state_dict()), list(want), what="the names in the state dict, in order")
    check_equal(dict(layer.state_dict()), want, what="the state dict of BatchNorm1d(5)")
    names = [name for name, _ in layer.named_parameters()]
    check_equal(names, ["weight", "bias"], what="the names of the parameters")


@pytest.mark.points(1)
@pytest.mark.hint("The batch's mean and biased variance, column by column.", "eps stands under the root.")
def test_batch_norm_train_value(submission, rng):
    """BatchNorm1d normalises with the batch's mean and biased variance"""
    layer, twin = loaded(submission, rng, 5, eps=0.1)
    x = 2 * draw(rng, 7, 5) + 3
    want = twin(x).detach()
    weight, bias = twin.weight.detach(), twin.bias.detach()
    centred = x - x.mean(0)
    biased, unbiased = x.var(0, correction=0), x.var(0)
    mistakes = {
        "The variance is the biased one, 1/N.": centred / (unbiased + 0.1).sqrt() * weight + bias,
        "eps stands under the root.": centred / (biased.sqrt() + 0.1) * weight + bias,
        "eps is not used.": centred / biased.sqrt() * weight + bias,
        "Divide by the deviation, not by the variance.": centred / (biased + 0.1) * weight + bias,
        "weight and bias are not used.": centred / (biased + 0.1).sqrt(),
        "In training the batch's statistics count, not the running ones.": twin.eval()(x).detach(),
        "The bias is added last, it is not multiplied.": (centred / (biased + 0.1).sqrt() + bias) * weight,
        "eps is an argument: here it is 0.1, not 1e-5.": centred / (biased + 1e-5).sqrt() * weight + bias,
        "Each column has its own mean and variance.": (x - x.mean()) / (x.var(correction=0) + 0.1).sqrt() * weight
        + bias,
        "The statistics are those of columns, dim 0.": F.layer_norm(x, (5,), weight, bias, eps=0.1),
    }
    # float64 and averages of seven rows
    assert_close(layer(x), want, atol=1e-11, what="BatchNorm1d(5, eps=0.1)(x) in training", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Mean and variance depend on x: their gradient belongs to it.")
def test_batch_norm_gradient(submission, rng):
    """BatchNorm1d has the right gradients in training"""
    layer, twin = loaded(submission, rng, 5)
    x, v = draw(rng, 7, 5).requires_grad_(), draw(rng, 7, 5)
    y = layer(x)
    check_tensor(y, shape=(7, 5), dtype=torch.float64, what="BatchNorm1d(5)(x)")
    if not y.requires_grad:
        raise CheckFailed("BatchNorm1d(5)(x) is cut off from autograd")
    y.backward(v)
    leaf = x.detach().clone().requires_grad_()
    twin(leaf).backward(v)
    inverse = 1 / (x.detach().var(0, correction=0) + 1e-5).sqrt()
    constant = v * twin.weight.detach() * inverse
    mistakes = {
        "Mean and variance are taken for constants; don't detach them.": constant,
        "The variance is taken for a constant; don't detach it.": constant - constant.mean(0),
        "The mean is taken for a constant; don't detach it.": leaf.grad + constant.mean(0),
    }
    for name, got, want in (
        ("x", x.grad, leaf.grad),
        ("weight", layer.weight.grad, twin.weight.grad),
        ("bias", layer.bias.grad, twin.bias.grad),
    ):
        if got is None:
            raise CheckFailed(f"no gradient reaches {name}")
        # float64; a random cotangent, since that of the sum is 0 whatever you do
        what = f"the gradient with respect to {name}"
        assert_close(got, want, atol=1e-9, what=what, mistakes=mistakes if name == "x" else None)


@pytest.mark.points("0.5")
@pytest.mark.hint(
    "running ← (1 − momentum)·running + momentum·batch.", "The running variance takes the unbiased variance."
)
def test_batch_norm_running(submission, rng):
    """BatchNorm1d moves its running statistics towards those of the batch"""
    layer, twin = loaded(submission, rng, 5)
    mean, var = twin.running_mean.clone(), twin.running_var.clone()
    x = 2 * draw(rng, 7, 5) + 3
    layer(x)
    twin(x)
    mistakes = {
        "momentum and 1 − momentum are mixed up: momentum is the share of the batch.": 0.1 * mean + 0.9 * x.mean(0),
        "The running mean has not moved: rebinding a buffer or .copy_ in training?": mean,
        "The running mean is replaced, not moved.": x.mean(0),
        "That averages over all batches; the weight of the new one is momentum.": 0.75 * mean + 0.25 * x.mean(0),
    }
    # float64
    got = layer.running_mean
    assert_close(got, twin.running_mean, atol=1e-11, what="running_mean after a batch", mistakes=mistakes)
    mistakes = {
        "The running variance takes the unbiased variance, 1/(N − 1).": 0.9 * var + 0.1 * x.var(0, correction=0),
        "momentum and 1 − momentum are mixed up: momentum is the share of the batch.": 0.1 * var + 0.9 * x.var(0),
        "The correction is N/(N − 1), not (N − 1)/N.": 0.9 * var + 0.1 * 6 / 7 * x.var(0, correction=0),
        "The running variance has not moved.": var,
        "That moves the deviation, not the variance.": 0.9 * var + 0.1 * x.std(0),
    }
    assert_close(layer.running_var, twin.running_var, atol=1e-11, what="running_var after a batch", mistakes=mistakes)
    check_equal(layer.num_batches_tracked, torch.tensor(4), what="num_batches_tracked after a batch (it was 3)")


@pytest.mark.points("0.5")
@pytest.mark.hint("self.training tells the mode; eval uses the running statistics and changes nothing.")
def test_batch_norm_eval(submission, rng):
    """BatchNorm1d uses the running statistics in eval mode, and leaves them as they are"""
    layer, twin = loaded(submission, rng, 5)
    x = 2 * draw(rng, 7, 5) + 3
    state = {name: value.clone() for name, value in twin.state_dict().items()}
    in_training = twin(x).detach()
    twin.load_state_dict(state)
    layer.eval()
    mistakes = {"In eval mode the running statistics count, not the batch's.": in_training}
    # float64
    got = layer(x)
    assert_close(got, twin.eval()(x), atol=1e-11, what="BatchNorm1d(5)(x) in eval mode", mistakes=mistakes)
    check_equal(dict(layer.state_dict()), state, what="the state dict after a call in eval mode")
    assert_close(layer(x[:1]), twin(x[:1]), atol=1e-11, what="BatchNorm1d(5)(x) of one row in eval mode")
