"""Losses, schedules and masks at their edges."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_number, check_tensor, check_type

pytestmark = pytest.mark.hidden


def refuses(error, what, call):
    try:
        call()
    except error:
        return
    raise CheckFailed(f"{what} must raise {error.__name__}")


@pytest.mark.points("0.5")
def test_sequence_loss_smoothing_range(submission, reference, rng):
    """sequence_loss takes a smoothing from 0 to 1 and refuses others"""
    logits = torch.randn(2, 5, 3, generator=rng, dtype=torch.float64)
    target = torch.randint(0, 3, (2, 5), generator=rng)
    target[0, 0] = 1  # one token at least is no padding
    for smoothing in (1.0, 0.5, 0.0):
        want = reference.sequence_loss(logits, target, 0, smoothing)
        got = submission.sequence_loss(logits, target, 0, smoothing)
        # float64, short sums
        assert_close(got, want, atol=1e-10, what=f"sequence_loss with smoothing={smoothing}")
    for smoothing in (-0.1, 1.1):
        refuses(
            ValueError, f"smoothing={smoothing}", lambda s=smoothing: submission.sequence_loss(logits, target, 0, s)
        )


@pytest.mark.points("0.5")
def test_sequence_loss_padding_anywhere(submission, rng):
    """sequence_loss does not see the logits where the target is padding, wherever that is"""
    logits = torch.randn(7, 4, 3, generator=rng, dtype=torch.float64).transpose(0, 1)  # (4, 7, 3), not contiguous
    target = torch.randint(0, 3, (4, 7), generator=rng)
    target[0], target[1, 3], target[2, 0] = 2, 1, 0  # one row is all padding
    real = target != 2
    for smoothing in (0.0, 0.25):
        log_p = logits.log_softmax(-1)
        each = -(1 - smoothing) * log_p.gather(-1, target[..., None])[..., 0] - smoothing * log_p.mean(-1)
        what = f"sequence_loss with padding in places, smoothing={smoothing}"
        got = submission.sequence_loss(logits, target, 2, smoothing)
        # float64, short sums
        assert_close(got, each[real].mean(), atol=1e-10, what=what)
        edited = torch.where(real[..., None], logits, 100 * torch.randn(4, 7, 3, generator=rng, dtype=torch.float64))
        again = submission.sequence_loss(edited, target, 2, smoothing)
        assert_close(again, each[real].mean(), atol=1e-10, what=f"{what}, after the logits there were edited")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_sequence_loss_sizes(submission, reference, rng):
    """sequence_loss takes one token, large vocabularies and float32, and equals PyTorch's cross-entropy"""
    for n, t, v in ((1, 1, 2), (2, 3, 1009), (17, 1, 5)):
        logits = torch.randn(n, t, v, generator=rng)
        target = torch.randint(0, v, (n, t), generator=rng)
        target[0, 0] = 1
        for smoothing in (0.0, 0.1):
            got = submission.sequence_loss(logits, target, 0, smoothing)
            want = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), target.flatten(), ignore_index=0, label_smoothing=smoothing
            )
            # float32, a mean of order 10
            assert_close(got, want, atol=1e-5, what=f"sequence_loss of logits {(n, t, v)}, smoothing={smoothing}")


@pytest.mark.points("0.5")
def test_noam_lr_shape(submission):
    """noam_lr is largest at the warm-up's last step, and a warm-up of 1 only falls"""
    rates = [check_type(submission.noam_lr(step, 32, 20, 2.0), float, what="noam_lr(…)") for step in range(60)]
    if max(range(60), key=rates.__getitem__) != 20:
        raise CheckFailed("noam_lr with warmup=20 must be largest at step 20")
    for step in (0, 1, 7, 20, 33):
        want = 2 * 32**-0.5 * (step * 20**-1.5 if step < 20 else step**-0.5)
        check_number(rates[step], want, atol=1e-12, what=f"noam_lr({step}, 32, 20, 2.0)")  # Python's float
    for step in (1, 2, 9):
        check_number(submission.noam_lr(step, 4, 1), 0.5 * step**-0.5, atol=1e-12, what=f"noam_lr({step}, 4, 1)")


@pytest.mark.points("0.5")
def test_scheduled_sampling_mask_edges(submission):
    """scheduled_sampling_mask takes any shape, the global generator, and p from 0 to 1 only"""
    for shape in ((6,), (2, 3, 5), (4, 1)):
        got = submission.scheduled_sampling_mask(shape, 0.6, torch.Generator().manual_seed(8))
        want = torch.rand(shape, generator=torch.Generator().manual_seed(8)) < 0.6
        want[..., 0] = False
        assert_close(got, want, atol=0, what=f"scheduled_sampling_mask({shape}, 0.6, generator)")
    got = submission.driver.global_sampling_mask(9, (30, 4), 0.5)
    torch.manual_seed(9)
    want = torch.rand(30, 4) < 0.5
    want[:, 0] = False
    what = "scheduled_sampling_mask without a generator, which draws from PyTorch's global one"
    assert_close(got, want, atol=0, what=what)
    for p in (-0.1, 1.5):
        refuses(ValueError, f"p={p}", lambda p=p: submission.scheduled_sampling_mask((2, 3), p, None))


@pytest.mark.points("0.5")
def test_reinforce_loss_edges(submission, rng):
    """reinforce_loss does not see what is added to all rewards, and is 0 for one sentence"""
    logp, reward = (torch.randn(9, generator=rng, dtype=torch.float64) for _ in range(2))
    want = -((reward - reward.mean()) * logp).mean()
    got = submission.reinforce_loss(logp, reward + 100)
    # float64; rewards of order 100
    assert_close(got, want, atol=1e-10, what="reinforce_loss with rewards that are 100 larger")
    one = torch.tensor([-3.0], requires_grad=True)
    loss = submission.reinforce_loss(one, torch.tensor([5.0]))
    assert_close(loss.detach(), torch.tensor(0.0), atol=0, what="reinforce_loss for N = 1")
    check_tensor(loss, shape=(), dtype=torch.float32, what="reinforce_loss in float32")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_guided_attention_loss_edges(submission, reference, rng):
    """guided_attention_loss takes empty examples, values in the padding, and one position"""
    A = torch.randn(4, 6, 5, generator=rng, dtype=torch.float64).softmax(-1)
    for source, target in (([5, 0, 3, 1], [6, 4, 0, 1]), ([1, 1, 1, 1], [1, 1, 1, 1]), ([2, 5, 4, 3], [6, 1, 5, 2])):
        source_len, target_len = torch.tensor(source), torch.tensor(target)
        got = submission.guided_attention_loss(A, source_len, target_len, 0.3)
        want = reference.guided_attention_loss(A, source_len, target_len, 0.3)
        what = f"guided_attention_loss for the lengths {source} and {target}"
        assert_close(got, want, atol=1e-6, what=what)  # lengths are whole numbers: t/T_n comes out in float32
        inside = (torch.arange(6)[:, None] < target_len[:, None, None]) & (torch.arange(5) < source_len[:, None, None])
        got = submission.guided_attention_loss(torch.where(inside, A, 99.0), source_len, target_len, 0.3)
        assert_close(got, want, atol=1e-6, what=f"{what}, with 99 in the padding")
    got = submission.guided_attention_loss(A.float(), source_len, target_len)
    check_tensor(got, shape=(), dtype=torch.float32, what="guided_attention_loss in float32")
    leaf = A.requires_grad_()
    empty = torch.zeros(4, dtype=torch.int64)
    loss = submission.guided_attention_loss(leaf, empty, empty)
    what = "guided_attention_loss where all examples are empty"
    assert_close(loss.detach(), torch.zeros((), dtype=torch.float64), atol=0, what=what)
    if loss.requires_grad:
        (got,) = torch.autograd.grad(loss, [leaf], allow_unused=True, materialize_grads=True)
        assert_close(got, torch.zeros_like(A), atol=0, what=f"the gradient of {what}")
