"""Attention pooling and the AM-softmax loss."""

import math

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


def normal(rng, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=rng)


def pooling(submission, rng, d):
    """The student's module and the weight that it has been given."""
    layer = submission.SelfAttentionPooling(d).double()
    shapes = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    check_equal(shapes, {"w.weight": (1, d)}, what="the names and shapes in the state dict")
    w = normal(rng, 1, d)
    layer.load_state_dict({"w.weight": w})
    return layer, w


def pooled(w, h, mask=None, scale=1.0):
    """PyTorch's own attention, with w as the only query. mask: (N, T), True = may attend."""
    mask = None if mask is None else mask[:, None, :]
    return F.scaled_dot_product_attention(w.expand(len(h), 1, -1), h, h, attn_mask=mask, scale=scale)[:, 0]


@pytest.mark.points("0.5")
@pytest.mark.hint("nn.Linear(d, 1, bias=False), called w.")
def test_self_attention_pooling_state_dict(submission, rng):
    """SelfAttentionPooling has one parameter, w.weight of shape (1, d), which learns"""
    layer, _ = pooling(submission, rng, 5)
    trainable = [name for name, p in layer.named_parameters() if p.requires_grad]
    check_equal(trainable, ["w.weight"], what="the names of the parameters that learn")


@pytest.mark.points(1)
@pytest.mark.hint("The softmax runs over time, dim=1 of (N, T, 1).", "The result is a weighted mean of h itself.")
def test_self_attention_pooling_value(submission, rng):
    """SelfAttentionPooling is the mean over time, weighted by softmax(w·h)"""
    layer, w = pooling(submission, rng, 3)
    h = normal(rng, 5, 7, 3)
    e = h @ w[0]
    mistakes = {
        "That is the plain mean over time: the weights are not used.": h.mean(dim=1),
        "The softmax runs over time, not over the batch.": (e.softmax(0)[..., None] * h).sum(1),
        "A softmax over a dimension of size 1 is 1 everywhere: that is the sum over time.": h.sum(dim=1),
        "The scores are not divided by √d here.": pooled(w, h, scale=3**-0.5),
        "There is no tanh here.": (torch.tanh(e).softmax(1)[..., None] * h).sum(1),
        "There is no tanh here, e = w·h.": (torch.tanh(h) @ w[0]).softmax(1)[:, None].matmul(h)[:, 0],
        "The frame with the largest score is not all: a softmax, not a maximum.": h[torch.arange(5), e.argmax(1)],
        "The softmax runs over time, not over the features.": ((w[0] * h).softmax(2) * h).sum(1),
        "The softmax is missing.": (e[..., None] * h).sum(1),
        "The weights add up to 1: sum over time, don't average.": pooled(w, h) / 7,
    }
    # float64, sums of seven products
    assert_close(layer(h), pooled(w, h), atol=1e-12, what="SelfAttentionPooling(3)(h)", mistakes=mistakes)
    what = "SelfAttentionPooling(3)(h) for one frame"
    assert_close(layer(h[:1, :1]), h[:1, 0], atol=1e-12, what=what)  # float64; the weight is 1
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("True = padding. Mask before the softmax.")
def test_self_attention_pooling_padding(submission, rng):
    """SelfAttentionPooling gives padding no weight"""
    layer, w = pooling(submission, rng, 3)
    h = normal(rng, 2, 5, 3)
    pad = torch.tensor([[False] * 3 + [True] * 2, [True] + [False] * 4])
    a = (h @ w[0]).softmax(1)
    mistakes = {
        "The padding mask is the wrong way round: True = padding.": pooled(w, h, pad),
        "The padding mask is not used.": pooled(w, h),
        "Padding must get a very small score; 0 is an ordinary score.": (
            (h @ w[0]).masked_fill(pad, 0.0).softmax(1)[:, None] @ h
        )[:, 0],
        "Mask before the softmax: the weights must add up to 1.": ((a * ~pad)[..., None] * h).sum(1),
        "A padded position has the weight 0; setting its h to 0 leaves e = 0, an ordinary score.": pooled(
            w, h * ~pad[..., None]
        ),
    }
    # float64, sums of five products
    what = "SelfAttentionPooling(3)(h, pad)"
    assert_close(layer(h, pad), pooled(w, h, ~pad), atol=1e-12, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("h counts twice: in the weights and in the mean.")
def test_self_attention_pooling_gradient(submission, rng):
    """SelfAttentionPooling has the right gradients for h and w, with padding"""
    layer, w = pooling(submission, rng, 3)
    h = normal(rng, 2, 5, 3).requires_grad_()
    pad = torch.tensor([[False] * 3 + [True] * 2, [False] * 5])
    y = check_tensor(layer(h, pad), shape=(2, 3), dtype=torch.float64, what="SelfAttentionPooling(3)(h, pad)")
    v = normal(rng, 2, 3)
    got = vjp(y, (h, dict(layer.named_parameters())["w.weight"]), v, "SelfAttentionPooling(3)(h, pad)")
    want = torch.autograd.grad(pooled(w.requires_grad_(), h, ~pad), (h, w), v)
    constant = (h @ w[0]).masked_fill(pad, -torch.inf).softmax(1).detach()
    mistakes = {"h counts twice: no gradient comes through the weights.": constant[..., None] * v[:, None]}
    for name, g, expected in zip(("h", "w.weight"), got, want, strict=True):
        what = f"the gradient of {name}"
        wrong = {f"No gradient reaches {name}.": 0.0} | (mistakes if name == "h" else {})
        assert_close(g, expected, atol=1e-11, what=what, mistakes=wrong)  # float64, chains of two products


def am_loss(cos, y, s, m):
    """The formula, number by number; logs of sums of exp of at most 60."""
    losses = []
    for row, right in zip(cos.tolist(), y.tolist(), strict=True):
        z = [s * (c - m * (j == right)) for j, c in enumerate(row)]
        losses.append(math.log(sum(math.exp(t) for t in z)) - z[right])
    return torch.tensor(sum(losses) / len(losses), dtype=torch.float64)


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "s·(cos − m) for the right speaker only, s·cos for the others; then the cross-entropy.",
    "The margin is taken off before the scale.",
)
def test_am_softmax_value(submission, rng):
    """am_softmax is the cross-entropy after the right cosine has lost its margin"""
    cos = torch.rand(5, 7, dtype=torch.float64, generator=rng) * 1.8 - 0.9
    y = torch.tensor([6, 0, 3, 3, 1])
    right = F.one_hot(y, 7).double()
    s, m = 8.0, 0.375  # exact in float32 too, so that a slip of dtype does not hide another mistake
    want = am_loss(cos, y, s, m)
    z = s * (cos - m * right)
    others = torch.where(right.bool(), -torch.inf, z)
    gain = (z * right).sum(1)
    mistakes = {
        "The margin is not used.": am_loss(cos, y, s, 0.0),
        "The margin is taken off the right cosine, not added to it.": am_loss(cos, y, s, -m),
        "The margin is taken off before the scale: s·(cos − m), not s·cos − m.": am_loss(cos, y, s, m / s),
        "The margin is taken off the right one only, not off all.": F.cross_entropy(s * (cos - m), y),
        "The margin is taken off the right one, not off the others.": F.cross_entropy(s * (cos - m * (1 - right)), y),
        "The scale is not used.": am_loss(cos, y, 1.0, m),
        "The cosines are multiplied by s, not divided.": am_loss(cos, y, 1 / s, m),
        "The mean over the utterances, not their sum.": 5 * want,
        "The mean runs over the N utterances, not over all N·C numbers.": want / 7,
        "The softmax runs over the speakers, not over the utterances.": -(z.log_softmax(0) * right).sum() / 5,
        "The sum runs over all speakers, the right one included.": (others.logsumexp(1) - gain).mean(),
        "The right one has its margin in the denominator, too.": ((s * cos).logsumexp(1) - gain).mean(),
        "The right one has its margin in the numerator, too.": (z.logsumexp(1) - (s * cos * right).sum(1)).mean(),
        "These are cosines already: don't normalise them.": F.cross_entropy(s * (F.normalize(cos) - m * right), y),
        "The sign is wrong: a loss is −log.": -want,
    }
    what = "am_softmax(cos, y, 8.0, 0.375)"
    # float64, logs of sums of seven
    assert_close(submission.am_softmax(cos, y, s, m), want, atol=1e-11, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("softmax − one-hot, times s/N")
def test_am_softmax_gradient(submission, rng):
    """am_softmax has the right gradient"""
    cos = (torch.rand(3, 5, dtype=torch.float64, generator=rng) * 1.8 - 0.9).requires_grad_()
    y, v = torch.tensor([4, 0, 2]), normal(rng)
    loss = check_tensor(submission.am_softmax(cos, y, 6.0, 0.2), shape=(), dtype=torch.float64, what="am_softmax(...)")
    (got,) = vjp(loss, (cos,), v, "am_softmax(...)")
    right = F.one_hot(y, 5).double()

    def gradient(m):
        return v * 6.0 / 3 * ((6.0 * (cos.detach() - m * right)).softmax(1) - right)

    mistakes = {
        "No gradient reaches cos.": 0.0,
        "float64 all the way: the margin went through float32.": gradient(torch.tensor(0.2).item()),
        "The loss is a mean: divide by N.": 3 * gradient(0.2),
    }
    # float64, a few products
    assert_close(got, gradient(0.2), atol=1e-11, what="the gradient of cos", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("log of softmax overflows; log_softmax, logsumexp and cross_entropy do not.")
def test_am_softmax_large_scale(submission):
    """am_softmax does not overflow for s = 1000, in value and gradient, and keeps float32"""
    cos = torch.tensor([[0.75, -0.5, 0.25], [-1.0, 1.0, 0.5]]).requires_grad_()
    y = torch.tensor([0, 0])
    loss = submission.am_softmax(cos, y, 1000.0, 0.25)
    # the right speaker wins by 0.25 in the first row and loses by 2.25 in the second: (0 + 2250) / 2; float32
    assert_close(loss, torch.tensor(1125.0), atol=1e-2, what="am_softmax for s = 1000")
    (got,) = vjp(loss, (cos,), torch.tensor(1.0), "am_softmax(...)")
    want = torch.tensor([[0.0, 0.0, 0.0], [-500.0, 500.0, 0.0]])
    assert_close(got, want, atol=1e-2, what="the gradient of cos for s = 1000")  # float32
