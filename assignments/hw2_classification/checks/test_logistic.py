"""Sigmoid, cross-entropy with two classes and the gradients by hand."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def labels(rng, *shape):
    """Targets 0 and 1, the first two of which differ, float64."""
    t = torch.randint(2, shape, generator=rng).double()
    t.view(-1)[:2] = torch.tensor([1.0, 0.0])
    return t


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


@pytest.mark.points("0.5")
@pytest.mark.hint("1 / (1 + e⁻ᶻ): mind the sign of the exponent.")
def test_sigmoid_value(submission, rng):
    """sigmoid computes 1 / (1 + e⁻ᶻ)"""
    z = 3 * torch.randn(3, 5, generator=rng)
    mistakes = {
        "That is σ(−z): the exponent is −z.": torch.sigmoid(-z),
        "That is tanh.": torch.tanh(z),
        "That is the hard sigmoid.": F.hardsigmoid(z),
    }
    # float32 and numbers up to 1
    assert_close(submission.sigmoid(z), torch.sigmoid(z), atol=1e-6, what="sigmoid(z)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("At z = 0 the gradient is 1/4. Does your formula use |z|?", "Don't leave autograd on the way.")
def test_sigmoid_gradient(submission, rng):
    """sigmoid has the gradient σ(1 − σ), at 0 as well"""
    z, v = 3 * draw(rng, 11), 1 + draw(rng, 11).abs()
    z[4:8] = torch.tensor([0.0, -0.0, 24.0, -24.0])
    z.requires_grad_()
    p = submission.sigmoid(z)
    check_tensor(p, shape=(11,), dtype=torch.float64, what="sigmoid(z)")
    (got,) = vjp(p, (z,), v, "sigmoid(z)")
    (want,) = torch.autograd.grad(torch.sigmoid(z), z, v)
    at_zero = torch.zeros(11, dtype=torch.bool)
    at_zero[4:6] = True
    mistakes = {
        "At exactly z = 0 the gradient is 1/4, not 0: |z| has no slope there.": want.masked_fill(at_zero, 0.0),
        "At exactly z = 0 the gradient is 1/4, not 1/2.": torch.where(at_zero, 2 * want, want),
        "No gradient at z = ±24, where it is 4·10⁻¹¹: z is not clipped.": want.masked_fill(z.detach().abs() > 23, 0.0),
    }
    # float64 and a handful of operations
    assert_close(got, want, atol=1e-12, what="the gradient of sigmoid, with zeros in z", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint(
    "e¹⁰⁰⁰ is Inf, and Inf/Inf is NaN.",
    "torch.where differentiates both branches: 0 · Inf is NaN. Make the argument of the other branch harmless.",
)
def test_sigmoid_large(submission):
    """sigmoid and its gradient are finite for z = ±1000"""
    for dtype in (torch.float32, torch.float64):
        z = torch.tensor([-1000.0, -90.0, 90.0, 1000.0], dtype=dtype, requires_grad=True)
        p = submission.sigmoid(z)
        what = f"sigmoid of {z.tolist()} in {dtype}"
        # both are within 1e-39 of 0 and 1
        assert_close(p, torch.tensor([0.0, 0.0, 1.0, 1.0], dtype=dtype), atol=1e-7, what=what)
        (got,) = vjp(p, (z,), torch.ones(4, dtype=dtype), what)
        assert_close(got, torch.zeros(4, dtype=dtype), atol=1e-7, what=f"the gradient of {what}")


@pytest.mark.points(1)
@pytest.mark.hint("Two terms, t·ln p and (1 − t)·ln(1 − p); a minus; the mean.")
def test_binary_cross_entropy_value(submission, rng):
    """binary_cross_entropy averages −t ln p − (1 − t) ln(1 − p)"""
    p, t = 0.05 + 0.9 * torch.rand(7, 3, generator=rng, dtype=torch.float64), labels(rng, 7, 3)
    want = F.binary_cross_entropy(p, t)
    mistakes = {
        "The sign is wrong: the loss is not negative.": -want,
        "That is the sum; take the mean.": 21 * want,
        "The sum is divided by the rows; divide by the number of all elements.": 3 * want,
        "The second term, (1 − t)·ln(1 − p), is missing.": -(t * p.log()).mean(),
        "That is base 2; the logarithm is natural.": want / torch.tensor(2.0, dtype=torch.float64).log(),
        "p and t are mixed up: the logarithm is that of p.": F.binary_cross_entropy(t, p),
        "p holds probabilities already, don't take σ(p).": F.binary_cross_entropy_with_logits(p, t),
    } | {
        f"There is no ε of {eps:g} under the logarithm.": -(t * (p + eps).log() + (1 - t) * (1 - p + eps).log()).mean()
        for eps in (1e-5, 1e-6, 1e-7, 1e-8)
    }
    # float64 and 21 logarithms
    what = "binary_cross_entropy(p, t)"
    assert_close(submission.binary_cross_entropy(p, t), want, atol=1e-11, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("(p − t) / (p(1 − p)) / N, which autograd finds by itself.")
def test_binary_cross_entropy_gradient(submission, rng):
    """binary_cross_entropy has the right gradient with respect to p"""
    p, t = 0.05 + 0.9 * torch.rand(11, generator=rng, dtype=torch.float64), labels(rng, 11)
    p.requires_grad_()
    loss = check_tensor(submission.binary_cross_entropy(p, t), shape=(), dtype=torch.float64)
    v = draw(rng)
    (got,) = vjp(loss, (p,), v, "binary_cross_entropy(p, t)")
    (want,) = torch.autograd.grad(F.binary_cross_entropy(p, t), p, v)
    q = p.detach()
    mistakes = {
        "Only the term t·ln p has a gradient.": -t / q / 11 * v,
        "Only the term (1 − t)·ln(1 − p) has a gradient.": (1 - t) / (1 - q) / 11 * v,
    }
    # float64; at most 20 in size
    assert_close(got, want, atol=1e-11, what="the gradient with respect to p", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("Each logarithm is at least −100; p itself is not clipped.")
def test_binary_cross_entropy_ends(submission):
    """binary_cross_entropy cuts the logarithms of 0 off at −100"""
    p, t = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.25]), torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])
    got = submission.binary_cross_entropy(p, t)
    mistakes = {
        f"p is clipped at {eps:g} ({dtype}); cut the logarithm off at −100 instead.": F.binary_cross_entropy(
            p.to(dtype).clamp(eps, 1 - eps), t.to(dtype)
        ).float()
        for eps in (1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12, 1e-15)
        for dtype in (torch.float32, torch.float64)
    }
    # float32 and a mean of about 40; the handout's number −100 decides
    what = f"binary_cross_entropy({p.tolist()}, {t.tolist()})"
    assert_close(got, F.binary_cross_entropy(p, t), atol=1e-4, what=what, mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint("f(x_n) − y_n, times x_n, averaged over n.", "db is the mean of f(x_n) − y_n, of shape ().")
def test_logistic_grad_value(submission, rng):
    """logistic_grad is the gradient of the mean cross-entropy"""
    x, w, b, y = draw(rng, 7, 3), draw(rng, 3), draw(rng), labels(rng, 7)
    result = submission.logistic_grad(x, y, w, b)
    what = "logistic_grad(x, y, w, b)"
    check_equal(len(check_type(result, tuple, what=what)), 2, what=f"the length of {what}")
    p = torch.sigmoid(x @ w + b)
    error = p - y
    squared = 2 * error * p * (1 - p)
    rows = (
        (result[0], "dw", lambda e: x.T @ e / 7),
        (result[1], "db", lambda e: e.mean()),
    )
    for got, name, mean in rows:
        want = mean(error)
        mistakes = {
            "That is the sum over the rows; take the mean.": 7 * want,
            "The sign is wrong: f(x) − y.": -want,
            "That is the gradient of the squared error.": mean(squared),
            "The slope of σ cancels: there is no factor f(1 − f).": mean(squared / 2),
            "f(x) is σ(x·w + b): the sigmoid is missing.": mean(x @ w + b - y),
            "The sum is divided by D, not by N.": 7 / 3 * want,
            "The bias b is not used.": mean(torch.sigmoid(x @ w) - y),
            "There is no factor 2.": 2 * want,
        }
        # float64 and seven products
        assert_close(got, want, atol=1e-12, what=f"{name} of {what}", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("No logarithm and no division by p(1 − p) is needed: the error is σ(z) − y.")
def test_logistic_grad_large(submission, rng):
    """logistic_grad is finite when x·w + b is ±1000"""
    x = torch.tensor([[1000.0, 1.0], [-1000.0, 2.0], [1000.0, -1.0], [-1000.0, 3.0]])
    y, w, b = torch.tensor([1.0, 1.0, 0.0, 0.0]), torch.tensor([1.0, 0.0]), torch.tensor(0.5)
    dw, db = submission.logistic_grad(x, y, w, b)
    # the errors are 0, −1, 1 and 0: float32 sums of exact numbers
    assert_close(dw, torch.tensor([500.0, -0.75]), atol=1e-3, what="dw for logits of ±1000")
    assert_close(db, torch.tensor(0.0), atol=1e-6, what="db for logits of ±1000")


@pytest.mark.points(1)
@pytest.mark.hint("The chain rule: 2 (p − t) times the slope of σ, p(1 − p).")
def test_mse_logit_grad_value(submission, rng):
    """mse_logit_grad is the slope of (σ(z) − t)²"""
    z, t = 2 * draw(rng, 13), labels(rng, 13)
    p = torch.sigmoid(z)
    want = 2 * (p - t) * p * (1 - p)
    mistakes = {
        "The factor 2 is missing: the loss has no ½.": want / 2,
        "The slope of σ, p(1 − p), is missing.": 2 * (p - t),
        "That is the gradient of the cross-entropy.": p - t,
        "The sign is wrong: p − t.": -want,
        "Nothing is averaged: one gradient for each element.": want / 13,
        "z is a logit: p = σ(z).": 2 * (z - t) * z * (1 - z),
        "The slope of σ is p(1 − p), not z(1 − z).": 2 * (p - t) * z * (1 - z),
    }
    # float64 and a handful of operations
    got = submission.mse_logit_grad(z, t)
    assert_close(got, want, atol=1e-12, what="mse_logit_grad(z, t)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("The slope of σ cancels: p − t is all.", "For z = ±1000, don't divide by p(1 − p).")
def test_ce_logit_grad_value(submission, rng):
    """ce_logit_grad is σ(z) − t, also for z = ±1000"""
    z, t = 2 * draw(rng, 13), labels(rng, 13)
    z[:4], t[:4] = torch.tensor([1000.0, -1000.0, 1000.0, -1000.0]), torch.tensor([1.0, 1.0, 0.0, 0.0])
    p = torch.sigmoid(z)
    mistakes = {
        "The sign is wrong: p − t.": t - p,
        "That is the gradient of the squared error.": 2 * (p - t) * p * (1 - p),
        "The slope of σ cancels: there is no factor p(1 − p).": (p - t) * p * (1 - p),
        "Nothing is averaged: one gradient for each element.": (p - t) / 13,
        "z is a logit: p = σ(z).": z - t,
    }
    # float64 and a handful of operations
    assert_close(submission.ce_logit_grad(z, t), p - t, atol=1e-12, what="ce_logit_grad(z, t)", mistakes=mistakes)
    assert_unchanged(submission)
