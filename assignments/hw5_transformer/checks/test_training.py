"""Teacher forcing, losses, schedules, rewards and guided attention."""

import math

import pytest
import torch

from grader.checkers import (
    CheckFailed,
    assert_close,
    assert_unchanged,
    check_number,
    check_tensor,
    check_type,
)

PAD = 2


def vjp(y, inputs, cotangent, what):
    """cotangentᵀ · ∂y/∂inputs, with zeros where no gradient arrives."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, inputs, cotangent, allow_unused=True, materialize_grads=True)


@pytest.mark.points(1)
@pytest.mark.hint("bos comes in front, the last token goes.", "torch.roll takes the last token to the front.")
def test_shift_right(submission, rng):
    """shift_right puts bos in front and drops the last token"""
    for shape in ((3, 5), (4, 1)):
        target = torch.randint(3, 20, shape[::-1], generator=rng).T  # not contiguous
        target[0, 2:] = PAD  # a shorter sentence
        bos = torch.full((shape[0], 1), 99)
        want = torch.cat([bos, target[:, :-1]], dim=1)
        mistakes = {
            "The target is not shifted: the decoder would read what it has to say.": target,
            "It is shifted to the left.": torch.cat([target[:, 1:], bos], dim=1),
            "bos replaces the first token; nothing is shifted.": torch.cat([bos, target[:, 1:]], dim=1),
            "The last token must go: the length stays.": torch.cat([bos, target], dim=1),
            "The last token comes round to the front; there stands bos.": target.roll(1, 1),
        }
        what = f"shift_right(target {shape}, bos=99)"
        got = check_type(submission.shift_right(target, 99), torch.Tensor, what=what)
        if got.shape == (shape[0], shape[1] + 1):
            raise CheckFailed(f"{what}: the last token must go, so that the length stays {shape[1]}")
        assert_close(got, want, atol=0, what=what, mistakes=mistakes)
    assert_unchanged(submission)


def tokens_loss(logits, target, smoothing=0.0, mass="all"):
    """The loss of each token, (N, T); mass: the classes that get the smoothing's mass."""
    vocab = logits.shape[-1]
    right = torch.nn.functional.one_hot(target, vocab).to(logits.dtype)
    if mass == "all":
        q = (1 - smoothing) * right + smoothing / vocab
    elif mass == "others":
        q = (1 - smoothing) * right + smoothing / (vocab - 1) * (1 - right)
    else:  # all but padding
        q = (1 - smoothing) * right + smoothing / (vocab - 1)
        q[..., PAD] -= smoothing / (vocab - 1)
    return -(q * logits.log_softmax(-1)).sum(-1)


def sentences(rng, scale=1.0):
    """Logits (3, 5, 7) and a target with eos = 1 and padding behind; one row has no padding."""
    logits = scale * torch.randn(3, 5, 7, generator=rng, dtype=torch.float64)
    target = torch.randint(3, 7, (3, 5), generator=rng)
    for row, length in enumerate((2, 5, 4)):
        target[row, length - 1], target[row, length:] = 1, PAD
    return logits, target


def loss_mistakes(logits, target, smoothing):
    each = tokens_loss(logits, target, smoothing)
    real = target != PAD
    probabilities = logits.softmax(-1)
    return {
        "Padding is counted in the loss.": each.mean(),
        "The sum leaves padding out, the number of tokens does not.": each[real].sum() / real.numel(),
        "This is the sum; divide it by the number of tokens.": each[real].sum(),
        "This is the mean of the sentences' means; all tokens of the batch count alike.": (
            (each * real).sum(1) / real.sum(1)
        ).mean(),
        "It is divided by the number of sentences, not by that of tokens.": each[real].sum() / len(target),
        "The sign is wrong.": -each[real].mean(),
        "The softmax comes twice: logits go into log_softmax as they are.": tokens_loss(
            probabilities, target, smoothing
        )[real].mean(),
        "The softmax goes over the positions; it goes over the vocabulary.": -(
            logits.log_softmax(1).gather(-1, target[..., None]).squeeze(-1)[real].mean()
        ),
    }


@pytest.mark.points(1)
@pytest.mark.hint("Sum over the tokens that are not pad, divided by their number.")
def test_sequence_loss_value(submission, rng):
    """sequence_loss is the mean cross-entropy of the tokens that are not padding"""
    logits, target = sentences(rng)
    want = tokens_loss(logits, target)[target != PAD].mean()
    got = submission.sequence_loss(logits, target, PAD)
    # float64, short sums
    mistakes = loss_mistakes(logits, target, 0.0)
    assert_close(got, want, atol=1e-10, what="sequence_loss(logits, target, pad)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("ε/V goes to each of the V classes, and 1 − ε on top to the right one.")
def test_sequence_loss_smoothing(submission, rng):
    """sequence_loss spreads the smoothing over all classes, and over no padding"""
    logits, target = sentences(rng, 2.0)
    real = target != PAD
    for smoothing in (0.3, 0.1):
        want = tokens_loss(logits, target, smoothing)[real].mean()
        got = submission.sequence_loss(logits, target, PAD, smoothing)
        hard, soft = tokens_loss(logits, target)[real].mean(), -logits.log_softmax(-1).mean(-1)
        mistakes = {
            "smoothing is not used.": hard,
            "ε/(V − 1) goes to the wrong classes only; PyTorch gives ε/V to all V.": tokens_loss(
                logits, target, smoothing, "others"
            )[real].mean(),
            "Padding has no share of the smoothing; PyTorch gives ε/V to all V classes.": tokens_loss(
                logits, target, smoothing, "unpadded"
            )[real].mean(),
            "The smoothing leaks to padding: positions whose target is pad count nowhere.": (1 - smoothing) * hard
            + smoothing * soft.mean(),
            "The smoothing leaks to padding: its sum goes over all positions.": (1 - smoothing) * hard
            + smoothing * soft.sum() / real.sum(),
            "ε and 1 − ε are mixed up.": tokens_loss(logits, target, 1 - smoothing)[real].mean(),
            "The right class loses nothing: its share is 1 − ε + ε/V.": hard + smoothing * soft[real].mean(),
            "The smoothing's mass is ε in each class; it is ε/V.": (1 - smoothing) * hard
            + smoothing * soft[real].mean() * 7,
            **loss_mistakes(logits, target, smoothing),
        }
        # float64, short sums
        what = f"sequence_loss(logits, target, pad, smoothing={smoothing})"
        assert_close(got, want, atol=1e-10, what=what, mistakes=mistakes)


@pytest.mark.points(1)
def test_sequence_loss_gradient(submission, rng):
    """sequence_loss has the right gradient, which is 0 at padding"""
    logits, target = sentences(rng)
    logits.requires_grad_()
    v = torch.randn((), generator=rng, dtype=torch.float64)
    for smoothing in (0.0, 0.2):
        what = f"sequence_loss(logits, target, pad, smoothing={smoothing})"
        loss = submission.sequence_loss(logits, target, PAD, smoothing)
        check_tensor(loss, shape=(), dtype=torch.float64, what=what)
        (got,) = vjp(loss, [logits], v, what)
        (want,) = torch.autograd.grad(tokens_loss(logits, target, smoothing)[target != PAD].mean(), [logits], v)
        (leaky,) = torch.autograd.grad(tokens_loss(logits, target, smoothing).mean(), [logits], v)
        mistakes = {"No gradient reaches the logits.": 0.0, "Padding gets a gradient.": leaky}
        # float64, short sums
        assert_close(got, want, atol=1e-10, what=f"the gradient of {what}", mistakes=mistakes)


@pytest.mark.points("0.5")
@pytest.mark.hint("0/0 is NaN: what do you divide by if there is no token?")
def test_sequence_loss_all_padding(submission, rng):
    """sequence_loss is 0, with the gradient 0, where every target is padding"""
    logits = torch.randn(2, 3, 5, generator=rng, dtype=torch.float64, requires_grad=True)
    target = torch.full((2, 3), PAD)
    for smoothing in (0.0, 0.1):
        what = f"sequence_loss where all is padding, smoothing={smoothing}"
        loss = submission.sequence_loss(logits, target, PAD, smoothing)
        assert_close(loss, torch.zeros((), dtype=torch.float64), atol=0, what=what)
        (got,) = vjp(loss, [logits], torch.ones_like(loss), what)
        assert_close(got, torch.zeros_like(logits), atol=0, what=f"the gradient of {what}")


@pytest.mark.points("0.5")
@pytest.mark.hint("log_softmax, not the log of a softmax.")
def test_sequence_loss_large_logits(submission, rng):
    """sequence_loss does not overflow"""
    logits, target = sentences(rng, 1000.0)
    logits = logits.float().requires_grad_()
    for smoothing in (0.0, 0.2):
        loss = submission.sequence_loss(logits, target, PAD, smoothing)
        want = tokens_loss(logits, target, smoothing)[target != PAD].mean()
        what = f"sequence_loss with logits of ±1000, smoothing={smoothing}"
        assert_close(loss, want.detach(), atol=0, rtol=1e-4, what=what)  # float32, a mean of order 1000
        (got,) = vjp(loss, [logits], torch.ones(()), what)
        check_tensor(got, shape=(3, 5, 7), dtype=torch.float32, what=f"the gradient of {what}")


@pytest.mark.points(1)
@pytest.mark.hint("d_model^(−1/2) · min(step^(−1/2), step · warmup^(−3/2))")
def test_noam_lr_value(submission, rng):
    """noam_lr rises to the warm-up's last step, then falls with the root"""
    width, warmup, factor = (int(torch.randint(3, 600, (), generator=rng)) for _ in range(3))
    for step in (1, warmup // 2 + 1, warmup, warmup + 1, 3 * warmup, 50_000):
        for scale in (1.0, factor / 100):
            rate = scale * width**-0.5
            line, root = step * warmup**-1.5, step**-0.5
            args = (step, width, warmup) if scale == 1.0 else (step, width, warmup, scale)
            got = check_type(submission.noam_lr(*args), float, what=f"noam_lr{args}")
            mistakes = {
                "min and max are mixed up.": rate * max(line, root),
                "The width comes in as d_model^(+1/2).": scale * width**0.5 * min(line, root),
                "The width is missing.": scale * min(line, root),
                "The factor is missing.": width**-0.5 * min(line, root),
                "Steps are numbered from 1: don't add one.": rate * min((step + 1) * warmup**-1.5, (step + 1) ** -0.5),
                "The line is step · warmup^(−3/2), not step/warmup.": rate * min(step / warmup, root),
                "The fall with the root is missing.": rate * line,
                "The warm-up is missing.": rate * root,
            }
            want = rate * min(line, root)
            # Python's float, five operations; learning rates are small, so the tolerance is relative
            assert_close(got, want, atol=1e-15, rtol=1e-10, what=f"noam_lr{args}", mistakes=mistakes)


@pytest.mark.points("0.5")
def test_noam_lr_step_zero(submission):
    """noam_lr is 0 at step 0 and refuses negative steps"""
    got = check_type(submission.noam_lr(0, 64, 10), float, what="noam_lr(0, 64, 10)")
    mistakes = {"At step 0 the line is at 0; this is step 1.": 64**-0.5 * 10**-1.5}
    check_number(got, 0.0, atol=0, what="noam_lr(0, 64, 10)", mistakes=mistakes)
    for args in ((-1, 64, 10), (3, 64, 0)):
        try:
            submission.noam_lr(*args)
        except ValueError:
            continue
        raise CheckFailed(f"noam_lr{args} must raise ValueError")


@pytest.mark.points(1)
@pytest.mark.hint("torch.rand(shape, generator=generator) < p, and then False where bos stands.")
def test_scheduled_sampling_mask_value(submission, rng):
    """scheduled_sampling_mask takes the model's own tokens with probability p, never in place of bos"""
    seed = int(torch.randint(2**31, (), generator=rng))
    for p in (0.3, 0.9, 0.0, 1.0):
        draw = torch.rand((50, 7), generator=torch.Generator().manual_seed(seed))
        want = draw < p
        want[:, 0] = False
        first_row = draw < p
        first_row[0] = False
        kept = draw >= p
        kept[:, 0] = False
        last = draw < p
        last[:, -1] = False
        got = submission.scheduled_sampling_mask((50, 7), p, torch.Generator().manual_seed(seed))
        mistakes = {
            "The mask is the wrong way round: True is the model's own token, with probability p.": kept,
            "The mask is the wrong way round, bos included.": ~want,
            "The first position is bos, which nobody predicts: it must be False.": draw < p,
            "Time is the last dimension: the first column is False, not the first row.": first_row,
            "bos stands at the first position, not at the last.": last,
        }
        assert_close(got, want, atol=0, what=f"scheduled_sampling_mask((50, 7), {p}, generator)", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("−mean((r − mean(r)) · logp)")
def test_reinforce_loss_value(submission, rng):
    """reinforce_loss weights each log-probability by its reward above the mean"""
    logp = -3 * torch.rand(7, generator=rng, dtype=torch.float64)
    reward = 40 * torch.rand(7, generator=rng, dtype=torch.float64)
    got = submission.reinforce_loss(logp, reward)
    centred = reward - reward.mean()
    want = -(centred * logp).mean()
    mistakes = {
        "The baseline is missing.": -(reward * logp).mean(),
        "The sign is wrong: a loss is made smaller, a reward larger.": -want,
        "This is the sum; divide it by N.": 7 * want,
        "The probabilities come in as logarithms: no exp().": -(centred * logp.exp()).mean(),
        "The rewards are divided by their deviation; only the mean is subtracted.": want / reward.std(),
        "The rewards are divided by their population deviation; only the mean is subtracted.": want
        / reward.std(unbiased=False),
        "The baseline is the mean reward of the others; here it is that of the whole batch.": want * 7 / 6,
    }
    # float64, a sum of seven terms of order 60
    assert_close(got, want, atol=1e-10, what="reinforce_loss(logp, reward)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("reward.detach()")
def test_reinforce_loss_gradient(submission, rng):
    """reinforce_loss has a gradient for logp and none for the reward"""
    logp = -3 * torch.rand(7, generator=rng, dtype=torch.float64)
    reward = 40 * torch.rand(7, generator=rng, dtype=torch.float64)
    leaves = [logp.requires_grad_(), reward.requires_grad_()]
    loss = submission.reinforce_loss(*leaves)
    check_tensor(loss, shape=(), dtype=torch.float64, what="reinforce_loss(logp, reward)")
    v = torch.randn((), generator=rng, dtype=torch.float64)
    got = vjp(loss, leaves, v, "reinforce_loss(logp, reward)")
    want = -v * (reward - reward.mean()).detach() / 7
    mistakes = {"No gradient reaches logp.": 0.0, "The baseline is missing.": -v * reward.detach() / 7}
    # float64, one product each
    assert_close(got[0], want, atol=1e-11, what="the gradient with respect to logp", mistakes=mistakes)
    what = "the gradient with respect to the reward, which is none"
    assert_close(got[1], torch.zeros(7, dtype=torch.float64), atol=0, what=what)


def guided(A, source_len, target_len, g=0.2, *, start=0, whole=False, scale=2.0, invert=False):
    """(A · W, inside), both (N, T, S), with switches for the usual mistakes."""
    n, rows, columns = A.shape
    product, inside = torch.zeros_like(A), torch.zeros(A.shape, dtype=torch.bool)
    for i in range(n):
        T, S = (rows, columns) if whole else (int(target_len[i]), int(source_len[i]))
        for t in range(rows):
            for s in range(columns):
                near = math.exp(-(((t + start) / max(T, 1) - (s + start) / max(S, 1)) ** 2) / (scale * g**2))
                product[i, t, s] = A[i, t, s] * (near if invert else 1 - near)
                inside[i, t, s] = t < target_len[i] and s < source_len[i]
    return product, inside


def alignment(rng):
    A = torch.randn(3, 5, 7, generator=rng, dtype=torch.float64).softmax(-1)
    return A, torch.tensor([4, 7, 3]), torch.tensor([5, 3, 2])


@pytest.mark.points("1.5")
@pytest.mark.hint("t/T_n and s/S_n, both from 0: each example with its own lengths.", "2g² stands below.")
def test_guided_attention_loss_value(submission, rng):
    """guided_attention_loss punishes attention off the diagonal, within each example's lengths"""
    A, source_len, target_len = alignment(rng)
    for g in (None, 0.35):
        args = (A, source_len, target_len) if g is None else (A, source_len, target_len, g)
        g = g or 0.2
        product, inside = guided(A, source_len, target_len, g)
        whole, _ = guided(A, source_len, target_len, g, whole=True)
        swapped = guided(A, target_len, source_len, g)
        mistakes = {
            "Padding is counted in the loss.": product.mean(),
            "The sum leaves padding out, the number does not.": product[inside].sum() / inside.numel(),
            "This is the sum; divide it by the number of entries.": product[inside].sum(),
            "This is the mean of the examples' means; all entries of the batch count alike.": (
                (product * inside).sum((1, 2)) / inside.sum((1, 2))
            ).mean(),
            "t and s are divided by the padded lengths, not by each example's own.": whole[inside].mean(),
            "t and s are divided by the padded lengths, and padding is counted.": whole.mean(),
            "t and s count from 0.": guided(A, source_len, target_len, g, start=1)[0][inside].mean(),
            "The factor 2 below is missing: it is 2g².": guided(A, source_len, target_len, g, scale=1.0)[0][
                inside
            ].mean(),
            "1 − … is missing: this punishes the diagonal.": guided(A, source_len, target_len, g, invert=True)[0][
                inside
            ].mean(),
            "source_len and target_len are mixed up: rows are target positions.": swapped[0][swapped[1]].mean(),
            "g is not used.": guided(A, source_len, target_len, 0.2)[0][inside].mean(),
            "It is divided by the number of target positions.": product[inside].sum() / target_len.sum(),
            "It is divided by the number of examples.": product[inside].sum() / 3,
        }
        # lengths are whole numbers: t/T_n comes out in float32
        what = f"guided_attention_loss with g={g}"
        got = submission.guided_attention_loss(*args)
        assert_close(got, product[inside].mean(), atol=1e-6, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_guided_attention_loss_gradient(submission, rng):
    """guided_attention_loss has the right gradient with respect to A"""
    A, source_len, target_len = alignment(rng)
    A.requires_grad_()
    loss = submission.guided_attention_loss(A, source_len, target_len)
    check_tensor(loss, shape=(), dtype=torch.float64, what="guided_attention_loss(…)")
    v = torch.randn((), generator=rng, dtype=torch.float64)
    (got,) = vjp(loss, [A], v, "guided_attention_loss(…)")
    weight, inside = guided(torch.ones_like(A), source_len, target_len)
    want = v * weight * inside / inside.sum()
    mistakes = {"No gradient reaches A.": 0.0, "Padding gets a gradient.": v * weight / inside.sum()}
    # as above
    assert_close(got, want.detach(), atol=1e-6, what="the gradient with respect to A", mistakes=mistakes)
