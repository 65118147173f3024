"""Residual blocks, linear pieces, pseudo-labels, mixup and test-time augmentation at their edges."""

import pytest
import torch
from torch import nn

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


@pytest.mark.points("0.5")
def test_residual_block_passes_on(submission, reference, rng):
    """ResidualBlock hands x ≥ 0 on if its convolutions give 0, for any number of channels"""
    for channels, shape in ((1, (2, 1, 1, 1)), (4, (1, 4, 3, 6))):
        block, ours = submission.ResidualBlock(channels).double().eval(), reference.ResidualBlock(channels).double()
        check_equal(sorted(block.state_dict()), sorted(ours.state_dict()), what="the names in the state dict")
        state = {name: value.clone() for name, value in ours.state_dict().items()}
        state["conv2.weight"].zero_()
        block.load_state_dict(state)
        x = draw(rng, *shape)
        # float64 and ReLU(x + 0)
        assert_close(block(x), x.relu(), atol=1e-12, what=f"a block of {channels} channels whose conv2 is 0")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_count_linear_pieces_edges(submission):
    """count_linear_pieces takes one point, a network, float32 and a tolerance, and leaves nothing behind"""
    grid = torch.linspace(-1, 3, 21, dtype=torch.float64) + 0.013
    # Jumps that are exact in floating point, so that a jump of tol is one of tol exactly.
    for jumps, tol, want in (
        ([0.5, 1.0], (0.5,), 2),  # equal to tol: no new piece
        ([0.5, 1.0], (0.25,), 3),
        ([0.5, 1.0], (1.5,), 1),
        ([0.75, 0.75, 0.75], (1.0,), 1),  # neighbours are compared, not the ends of a piece
        ([128.0, 0.5], (0.25,), 3),  # an absolute tolerance
        ([1.0, -1.0, 2**-10], (), 4),
        ([1.0, 2**-14], (), 2),
    ):
        got = submission.driver.pieces_of_curve(torch.tensor(jumps, dtype=torch.float64), grid, *tol)
        text = f"tol={tol[0]}" if tol else "the default tol"
        check_equal(got, want, what=f"count_linear_pieces of a curve whose slope changes by {jumps}, with {text}")
    jumps = torch.tensor([1.0, 1.0])
    check_equal(submission.driver.pieces_of_curve(jumps, torch.tensor([0.5])), 1, what="the pieces that one point sees")
    uneven = torch.tensor([-50.0, 0.2, 0.3, 80.0])  # kinks between the first two and the last two points
    check_equal(submission.driver.pieces_of_curve(jumps, uneven), 3, what="the pieces that an uneven grid sees")
    weight, out = torch.tensor([[1.0], [-1.0], [1.0]]), torch.tensor([[1.0, -2.0, 3.0]])
    bias = torch.tensor([0.52, -0.52, -0.33])  # kinks at −0.52, −0.52 and 0.33
    got = submission.driver.pieces_of_network(weight, bias, out, grid.float())
    check_equal(got[0], 3, what="count_linear_pieces of a network")
    check_equal(got[1], False, what="whether the grid requires a gradient afterwards")
    check_equal(got[2], False, what="whether the network's parameters have a .grad afterwards")


@pytest.mark.points("0.5")
def test_pseudo_labels_edges(submission):
    """pseudo_labels keeps a probability equal to the threshold, and takes logits of ±1000"""
    logits = torch.tensor([[1000.0, -1000.0, 0.0], [0.0, 0.0, 0.0], [-1000.0, -1000.0, -990.0], [-1e3, 1e3, -1e3]])
    want = torch.tensor([0, 3]), torch.tensor([0, 1])
    indices, labels = submission.pseudo_labels(logits, 1.0)
    mistakes = {"An example whose probability equals the threshold is kept: ≥.": torch.empty(0, dtype=torch.int64)}
    check_equal(indices, want[0], what="indices for the threshold 1", mistakes=mistakes)
    check_equal(labels, want[1], what="labels for the threshold 1")
    tie = torch.tensor([[0.0, 0.0, -1e3, -1e3], [-1e3, 5.0, -1e3, 5.0], [0.0, 0.0, 0.0, 0.0]])
    indices, labels = submission.pseudo_labels(tie, 0.5)
    check_equal(indices, torch.tensor([0, 1]), what="indices for two equal classes and the threshold ½")
    check_equal(labels, torch.tensor([0, 1]), what="labels of ties, the smaller class")


@pytest.mark.points("0.5")
def test_mixup_edges(submission, rng):
    """mixup can be differentiated, keeps the dtypes, and takes partners that come several times"""
    x, y = draw(rng, 4, 3).requires_grad_(), draw(rng, 4, 2).softmax(dim=1).requires_grad_()
    index, lam = torch.tensor([1, 1, 1, 3]), 0.3
    mixed_x, mixed_y = submission.mixup(x, y, lam, index)
    for name, value, got in (("x", x, mixed_x), ("y", y, mixed_y)):
        want = lam * value + (1 - lam) * value[index]
        assert_close(got, want, atol=1e-12, what=f"mixed_{name}")  # float64 and two products
        if not got.requires_grad:
            raise CheckFailed(f"mixed_{name} is cut off from autograd")
        v = draw(rng, *want.shape)
        (expected,) = torch.autograd.grad(want, value, v)
        assert_close(torch.autograd.grad(got, value, v)[0], expected, atol=1e-12, what=f"the gradient of mixed_{name}")
    x, y = torch.rand(4, 3, generator=rng), torch.rand(4, 2, generator=rng)
    for lam in (torch.rand(4, generator=rng, dtype=torch.float64), torch.rand((), generator=rng, dtype=torch.float64)):
        mixed = submission.mixup(x, y, lam, index)
        for name, value, got in zip(("mixed_x", "mixed_y"), (x, y), mixed, strict=True):
            share = lam.float().reshape(-1, 1)
            want = share * value + (1 - share) * value[index]
            # float32 and two products of numbers up to 1
            assert_close(got, want, atol=1e-6, what=f"{name}, float32, for lam of shape {tuple(lam.shape)} in float64")
    soft = draw(rng, 4, 2).softmax(dim=1)
    for images, labels in ((x, soft), (x.double(), soft.float())):
        got = submission.mixup(images, labels, 0.25, index)
        for name, value, g in zip(("mixed_x", "mixed_y"), (images, labels), got, strict=True):
            want = 0.25 * value + 0.75 * value[index]
            # float32 and two products of numbers up to 1
            assert_close(g, want, atol=1e-6, what=f"{name} of x in {images.dtype} and y in {labels.dtype}")
    for lam in (0.0, 1.0):
        got, _ = submission.mixup(x, y, lam, index)
        assert_close(got, x if lam else x[index], atol=1e-7, what=f"mixed_x for lam={lam}")  # float32
    assert_unchanged(submission)


class Spy(nn.Module):
    """Notes what it is asked, and answers with sums."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones((), dtype=torch.float64))
        self.asked = []

    def forward(self, x):
        self.asked.append(x.detach().clone())
        return self.scale * torch.stack([x.sum(dim=(1, 2, 3)), x[:, 0, 0, 0], 0 * x[:, 0, 0, 0]], dim=1)


@pytest.mark.points("0.75")
def test_predict_tta_calls(submission, rng):
    """predict_tta asks once about each version, as a whole batch, each transform applied to the original"""
    model, x = Spy(), draw(rng, 5, 2, 3, 4)
    transforms = [lambda t: t + 1, lambda t: 2 * t, lambda t: t[:, :, 1:]]
    seen = []

    def noting(f):
        return lambda t: (seen.append(t.clone()), f(t))[1]

    got = submission.predict_tta(model, x, [noting(f) for f in transforms])
    want = [x, x + 1, 2 * x, x[:, :, 1:]]
    check_equal(len(model.asked), 4, what="the number of calls of the model")
    check_equal(len(seen), 3, what="the number of calls of transforms")
    for t in seen:
        assert_close(t, x, atol=0, what="what a transform is called with")  # x itself
    for version in want:
        if not any(a.shape == version.shape and torch.equal(a, version) for a in model.asked):
            raise CheckFailed("the model is asked about the original and about each transform of the original")
    with torch.no_grad():
        p = torch.stack([Spy()(version).softmax(dim=-1) for version in want]).mean(dim=0)
    assert_close(got, p, atol=1e-10, what="predict_tta of four versions")  # float64, a mean of probabilities
    large = submission.predict_tta(model, 1000 * x, [lambda t: -t])
    with torch.no_grad():
        p = (Spy()(1000 * x).softmax(dim=-1) + Spy()(-1000 * x).softmax(dim=-1)) / 2
    assert_close(large, p, atol=1e-10, what="predict_tta of large logits")


@pytest.mark.points("0.25")
def test_predict_tta_no_gradient(submission, rng):
    """predict_tta records nothing for autograd, and leaves the model as it was"""
    x = draw(rng, 2, 2, 3, 4).requires_grad_()
    got = submission.predict_tta(Spy(), x, [lambda t: 2 * t])
    if got.requires_grad:
        raise CheckFailed("the result of predict_tta requires a gradient; use torch.no_grad()")
    parameters, result, training = submission.driver.model_after_tta(x.detach())
    check_equal(result, False, what="whether the result requires a gradient")
    check_equal(parameters, [True, True], what="whether the model's parameters require a gradient afterwards")
    check_equal(training, True, what="whether the model is in training mode afterwards, as before")
