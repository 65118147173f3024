"""Softmax, one-hot and cross-entropy with several classes."""

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


def refuses(call, error, what):
    """CheckFailed unless the call raises this error."""
    try:
        call()
    except NotImplementedError:
        raise
    except error:
        return
    except (ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, AttributeError) as other:
        raise CheckFailed(f"{what} must raise {error.__name__}, not {type(other).__name__}") from None
    raise CheckFailed(f"{what} must raise {error.__name__}")


@pytest.mark.points(1)
@pytest.mark.hint("Over which dimension does the sum go? keepdim=True lets the division broadcast.")
def test_softmax_value(submission, rng):
    """softmax divides the exponentials by their sum over dim"""
    x = 2 * draw(rng, 3, 5, 7)
    for dim in (1, -1):
        want = x.softmax(dim)
        others = {d: x.softmax(d) for d in (0, 1, 2) if d != dim % 3}
        mistakes = {f"The sum goes over dimension {d}, not over dim.": other for d, other in others.items()}
        mistakes["The sum goes over all elements, not over dim."] = x.flatten().softmax(0).reshape(x.shape)
        shifted = (x - x.amax(dim, keepdim=True)).exp()
        mistakes["The sum goes over all elements, not only over dim."] = shifted / shifted.sum()
        others = {d: (x - x.amax(d, keepdim=True)).exp() for d in (0, 1, 2) if d != dim % 3}
        for d, e in others.items():
            mistakes[f"The maximum is that along dimension {d}; take it along dim."] = e / e.sum(dim, keepdim=True)
        for eps in (1e-5, 1e-6, 1e-7, 1e-8):
            sentence = f"There is no ε of {eps:g} in the denominator."
            mistakes[sentence] = shifted / (shifted.sum(dim, keepdim=True) + eps)
            mistakes[f"{sentence[:-1]} of softmax."] = x.exp() / (x.exp().sum(dim, keepdim=True) + eps)
        mistakes["That is not normalised: divide by the sum."] = x.exp()
        mistakes["That is the logarithm of softmax."] = x.log_softmax(dim)
        # float64: sums of at most seven exponentials
        assert_close(submission.softmax(x, dim=dim), want, atol=1e-12, what=f"softmax(x, {dim})", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("The sum depends on x, too: don't detach it.")
def test_softmax_gradient(submission, rng):
    """softmax has the right gradient"""
    x, v = draw(rng, 3, 5).requires_grad_(), draw(rng, 3, 5)
    y = submission.softmax(x, 1)
    check_tensor(y, shape=(3, 5), dtype=torch.float64, what="softmax(x, 1)")
    (got,) = vjp(y, (x,), v, "softmax(x, 1)")
    p = x.detach().softmax(1)
    (want,) = torch.autograd.grad(x.softmax(1), x, v)
    mistakes = {
        "The sum is taken for a constant: each output depends on every input.": p * v,
        "The sum is taken for a constant, it depends on every input.": p * v - at_maximum(x, (p * v).sum(1)),
        "Only the diagonal p(1 − p) is there: each output depends on every input.": p * (1 - p) * v,
    }
    # float64: sums of five terms. A random cotangent: that of the sum is 0 for every softmax
    assert_close(got, want, atol=1e-12, what="the gradient of softmax", mistakes=mistakes)


def at_maximum(x, values):
    """Zeros of the shape of x (N, C) with values (N,) at the largest entry of each row."""
    return F.one_hot(x.argmax(1), x.shape[1]) * values[:, None]


@pytest.mark.points("0.5")
@pytest.mark.hint("Subtract the largest entry along dim, not that of the whole tensor.")
def test_softmax_large(submission, rng):
    """softmax and its gradient are finite for logits of ±1000"""
    x = torch.tensor([[1000.0, 1000.0, -1000.0], [-1000.0, -1001.0, -1000.0], [0.0, 1000.0, 2.0]]).requires_grad_()
    y = submission.softmax(x, 1)
    whole = ((x - x.max()).exp() / (x - x.max()).exp().sum(1, keepdim=True)).detach()
    mistakes = {
        "The largest entry of all is subtracted; take that along dim.": whole,
        "The logits are clipped; subtract the largest entry along dim instead.": x.detach().clamp(-80, 80).softmax(1),
        "exp overflows: subtract the largest entry along dim first.": (x.exp() / x.exp().sum(1, keepdim=True)).detach(),
    }
    # float32: a logarithm of the sum near 1000 is rounded to 3e-5
    what = "softmax of logits of ±1000"
    assert_close(y, x.detach().softmax(1), atol=2e-4, what=what, mistakes=mistakes)
    v = torch.randn(3, 3, generator=rng)
    (got,) = vjp(y, (x,), v, what)
    (want,) = torch.autograd.grad(x.softmax(1), x, v)
    assert_close(got, want, atol=1e-3, what=f"the gradient of {what}")


@pytest.mark.points("0.5")
@pytest.mark.hint("int64, as F.one_hot: not float.")
def test_one_hot_value(submission, rng):
    """one_hot puts a 1 at the label's place"""
    t = torch.randint(5, (11,), generator=rng)
    t[0] = 3  # the last class is in no row
    t[t == 4] = 2
    got = submission.one_hot(t, 5)
    mistakes = {
        "Labels count from 0.": F.one_hot(t, 6)[:, 1:],
        "Labels count from 0, not from 1.": F.one_hot((t - 1) % 5, 5),
        "Rows are examples.": F.one_hot(t, 5).T,
    }
    assert_close(got, F.one_hot(t, 5), atol=0, what="one_hot(t, 5)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Look at the dtype first (TypeError), then at the range (IndexError). Does −1 pass?")
def test_one_hot_refuses(submission):
    """one_hot refuses float labels and labels outside 0, …, C − 1"""
    refuses(lambda: submission.one_hot(torch.tensor([0.0, 2.0]), 3), TypeError, "one_hot of float labels")
    refuses(lambda: submission.one_hot(torch.tensor([0, 3]), 3), IndexError, "one_hot of the label 3 with C = 3")
    refuses(lambda: submission.one_hot(torch.tensor([0, -1]), 3), IndexError, "one_hot of the label −1")


@pytest.mark.points(1)
@pytest.mark.hint("One term for each row: −ln of the probability of its own class, then the mean over rows.")
def test_cross_entropy_value(submission, rng):
    """cross_entropy averages −ln softmax(logits)[target]"""
    logits, target = 2 * draw(rng, 7, 5), torch.randint(5, (7,), generator=rng)
    want = F.cross_entropy(logits, target)
    log_p = logits.log_softmax(1)
    mistakes = {
        "That is the sum over the rows; take the mean.": 7 * want,
        "The mean goes over all N·C elements; each row has one term.": want / 5,
        "The sign is wrong.": -want,
        "softmax is missing: logits are no probabilities.": -logits.gather(1, target[:, None]).mean(),
        "The logarithm is missing.": -log_p.exp().gather(1, target[:, None]).mean(),
        "softmax goes over the classes, dim 1.": -logits.log_softmax(0).gather(1, target[:, None]).mean(),
        "softmax is taken twice: logits come in, not probabilities.": F.cross_entropy(logits.softmax(1), target),
        "The probability gets an ε of 1e-12: take the logarithm of softmax by its formula.": -(
            (log_p.exp() + 1e-12).log().gather(1, target[:, None]).mean()
        ),
        "Every pair of a row and a target is in it; row n takes target n only.": -log_p[:, target].mean(),
    }
    # float64 and seven logarithms
    what = "cross_entropy(logits, target)"
    assert_close(submission.cross_entropy(logits, target), want, atol=1e-11, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("(softmax(logits) − one_hot(target)) / N, which autograd finds by itself.")
def test_cross_entropy_gradient(submission, rng):
    """cross_entropy has the right gradient with respect to the logits"""
    logits, target = draw(rng, 7, 5).requires_grad_(), torch.randint(5, (7,), generator=rng)
    loss = check_tensor(submission.cross_entropy(logits, target), shape=(), dtype=torch.float64)
    v = draw(rng)
    (got,) = vjp(loss, (logits,), v, "cross_entropy(logits, target)")
    p, hot = logits.detach().softmax(1), F.one_hot(target, 5)
    mistakes = {
        "The normalisation is taken for a constant.": -hot * v / 7,
        "Only the row of the target's class gets a gradient.": (p - 1) * hot * v / 7,
    }
    # float64 and numbers up to 1
    want = (p - hot) * v / 7
    assert_close(got, want, atol=1e-12, what="the gradient with respect to the logits", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("ln softmax = logits − max − ln Σ exp(logits − max); nothing is cut off.")
def test_cross_entropy_large(submission):
    """cross_entropy and its gradient are right for logits of ±1000"""
    logits = torch.tensor([[1000.0, 0.0, -1000.0], [1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0]])
    logits.requires_grad_()
    target = torch.tensor([0, 1, 2])
    loss = submission.cross_entropy(logits, target)
    clipped = {
        f"The probability gets an ε of {eps:g}: take the logarithm of softmax by its formula.": -(
            (logits.detach().softmax(1) + eps).log().gather(1, target[:, None]).mean()
        )
        for eps in (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
    }
    log_p = logits.detach().log_softmax(1).gather(1, target[:, None])
    clipped["The logarithm is cut off at −100; here nothing is."] = -log_p.clamp(min=-100).mean()
    # float32 and numbers up to 2000
    what = "cross_entropy for logits of ±1000"
    assert_close(loss, F.cross_entropy(logits, target), atol=1e-2, what=what, mistakes=clipped)
    (got,) = vjp(loss, (logits,), torch.tensor(1.0), what)
    (want,) = torch.autograd.grad(F.cross_entropy(logits, target), logits)
    assert_close(got, want, atol=1e-5, what=f"the gradient of {what}")


@pytest.mark.points("0.5")
@pytest.mark.hint("TypeError for a dtype, IndexError for a label: −1 would silently take the last class.")
def test_cross_entropy_refuses(submission, rng):
    """cross_entropy refuses float targets and labels outside 0, …, C − 1"""
    logits = draw(rng, 3, 5)
    for target, error, what in (
        (torch.tensor([0.0, 1.0, 2.0]), TypeError, "float targets"),
        (torch.eye(5)[:3], TypeError, "one-hot rows of float"),
        (torch.tensor([0, 1, 5]), IndexError, "the label 5 with C = 5"),
        (torch.tensor([0, 1, -1]), IndexError, "the label −1"),
    ):
        refuses(lambda target=target: submission.cross_entropy(logits, target), error, f"cross_entropy with {what}")
