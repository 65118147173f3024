"""Residual blocks, linear pieces, pseudo-labels, mixup and test-time augmentation."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


STATE = {
    "conv1.weight": (3, 3, 3, 3),
    "bn1.weight": (3,),
    "bn1.bias": (3,),
    "bn1.running_mean": (3,),
    "bn1.running_var": (3,),
    "bn1.num_batches_tracked": (),
    "conv2.weight": (3, 3, 3, 3),
    "bn2.weight": (3,),
    "bn2.bias": (3,),
    "bn2.running_mean": (3,),
    "bn2.running_var": (3,),
    "bn2.num_batches_tracked": (),
}


def check_state(block):
    """The names and shapes of the state dict, in any order."""
    got = {name: tuple(value.shape) for name, value in block.state_dict().items()}
    extra = sorted(set(got) - set(STATE))
    if any(name.endswith(("conv1.bias", "conv2.bias")) for name in extra):
        raise CheckFailed("the convolutions have a bias; bias=False, since the batch norm behind has one already")
    check_equal(dict(sorted(got.items())), dict(sorted(STATE.items())), what="the state dict of ResidualBlock(3)")


def loaded_block(submission, rng):
    """A block with random weights and statistics, and these, in float64."""
    block = submission.ResidualBlock(3)
    check_state(block)
    block = block.double()
    state = {name: draw(rng, *shape) for name, shape in STATE.items()}
    for bn in ("bn1", "bn2"):
        state[f"{bn}.running_var"] = state[f"{bn}.running_var"].square() + 0.5
        state[f"{bn}.num_batches_tracked"] = torch.tensor(0)
    block.load_state_dict(state)
    return block, {name: value.clone() for name, value in state.items()}


def block_of(state, x, in_training, wrong=""):
    """The block as a formula; changes the running statistics in state if in_training."""

    def conv_bn(h, i):
        i = 1 if wrong == "one pair" else i
        h = F.conv2d(h, state[f"conv{1 if wrong == 'one convolution' else i}.weight"], padding=1)
        i = 1 if wrong == "one norm" else i
        training = True if wrong == "batch" else in_training
        if wrong == "no second norm" and i == 2:
            return h
        if wrong == "no batch norm":
            return h
        mean, var = (state[f"bn{i}.running_{what}"] for what in ("mean", "var"))
        return F.batch_norm(h, mean, var, state[f"bn{i}.weight"], state[f"bn{i}.bias"], training)

    h = conv_bn(x, 1)
    h = conv_bn(h if wrong == "no inner ReLU" else h.relu(), 2)
    if wrong == "average":
        return ((x + h) / 2).relu()
    if wrong == "no shortcut":
        return h.relu()
    if wrong == "ReLU before the sum":
        return x + h.relu()
    return x + h if wrong == "no last ReLU" else (x + h).relu()


WRONG_BLOCKS = {
    "no shortcut": "x is not added: the block is F(x) without the shortcut.",
    "no last ReLU": "The last ReLU, after the sum, is missing.",
    "ReLU before the sum": "The last ReLU comes after the sum x + F(x), not before it.",
    "no inner ReLU": "The ReLU between bn1 and conv2 is missing.",
    "no batch norm": "The batch norms are not used.",
    "no second norm": "bn2 is not used.",
    "one norm": "bn1 is used in both places.",
    "one convolution": "conv1 is used in both places.",
    "one pair": "conv1 and bn1 are used in both places.",
    "average": "x and F(x) are averaged; add them.",
    "batch": "The batch's own statistics are used in eval mode too.",
}


def block_mistakes(state, x, training):
    copies = ({name: value.clone() for name, value in state.items()} for _ in WRONG_BLOCKS)
    return {
        text: block_of(copy, x.detach(), training, wrong)
        for copy, (wrong, text) in zip(copies, WRONG_BLOCKS.items(), strict=True)
    }


@pytest.mark.points("0.5")
def test_residual_block_state(submission):
    """ResidualBlock has the parts that the handout names"""
    check_state(submission.ResidualBlock(3))
    state = submission.ResidualBlock(5).state_dict()
    check_equal(tuple(state["conv1.weight"].shape), (5, 5, 3, 3), what="the shape of conv1.weight of ResidualBlock(5)")
    start = {
        "weight": torch.ones(5),
        "bias": torch.zeros(5),
        "running_mean": torch.zeros(5),
        "running_var": torch.ones(5),
    }
    for name, value in start.items():
        for bn in ("bn1", "bn2"):
            check_equal(state[f"{bn}.{name}"], value, what=f"{bn}.{name} of a new block, as PyTorch begins")
    for conv in ("conv1", "conv2"):
        weight = state[f"{conv}.weight"]
        bound = (5 * 3 * 3) ** -0.5  # nn.Conv2d draws uniformly from ±1/√(C·kh·kw)
        if not bound / 2 < float(weight.abs().max()) <= bound + 1e-6:
            raise CheckFailed(
                f"{conv}.weight of a new block: leave the first weights to nn.Conv2d, within ±{bound:.3f}"
            )


@pytest.mark.points("0.75")
@pytest.mark.hint("conv1, bn1, ReLU, conv2, bn2, plus x, ReLU.")
def test_residual_block_eval(submission, rng):
    """ResidualBlock computes ReLU(x + F(x)) in eval mode"""
    block, state = loaded_block(submission, rng)
    block.eval()
    x = draw(rng, 2, 3, 5, 7)
    mistakes = block_mistakes(state, x, training=False)
    # float64 and two layers of sums of 27 products of order 1
    assert_close(block(x), block_of(state, x, False), atol=1e-9, what="block(x) in eval mode", mistakes=mistakes)
    assert_unchanged(submission)
    for name, value in block.state_dict().items():
        assert_close(value, state[name], atol=0, what=f"{name} after a call in eval mode")  # nothing may change


@pytest.mark.points("0.75")
@pytest.mark.hint("nn.BatchNorm2d knows the mode by itself; call it as it is.")
def test_residual_block_train(submission, rng):
    """ResidualBlock uses the batch and updates the running statistics in training mode"""
    block, state = loaded_block(submission, rng)
    block.train()
    x = draw(rng, 5, 3, 2, 7)
    mistakes = block_mistakes(state, x, training=True)
    mistakes["The running statistics are used in training mode too."] = block_of(state, x, False)
    want = block_of(state, x, True)
    # float64 and two layers of sums of 27 products of order 1, scaled by the batch
    assert_close(block(x), want, atol=1e-9, what="block(x) in training mode", mistakes=mistakes)
    after = block.state_dict()
    for name in ("bn1.running_mean", "bn1.running_var", "bn2.running_mean", "bn2.running_var"):
        # float64 and means of 70 values of order 10
        assert_close(after[name], state[name], atol=1e-9, what=f"{name} after a call in training mode")


@pytest.mark.points("0.5")
def test_residual_block_gradient(submission, rng):
    """ResidualBlock can be differentiated with respect to x and its parameters"""
    block, state = loaded_block(submission, rng)
    block.eval()
    names = [name for name, _ in block.named_parameters()]
    x, v = draw(rng, 2, 3, 5, 7).requires_grad_(), draw(rng, 2, 3, 5, 7)
    y = block(x)
    check_tensor(y, shape=(2, 3, 5, 7), dtype=torch.float64, what="block(x)")
    if not y.requires_grad:
        raise CheckFailed("block(x) is cut off from autograd; is there a detach() or no_grad()?")
    y.backward(v)
    leaves = [state[name].requires_grad_() for name in names]
    want_y = block_of(state, x, False)
    want = torch.autograd.grad(want_y, [x, *leaves], v)
    got = [x.grad, *(parameter.grad for _, parameter in block.named_parameters())]
    shortcut = v * (want_y > 0)  # what comes back through the last ReLU and around the convolutions
    for name, g, expected in zip(["x", *names], got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        if name == "x":
            mistakes["The gradient comes back through the convolutions only; x itself is cut off."] = (
                expected - shortcut
            )
            mistakes["The gradient comes back around the convolutions only."] = shortcut
        # float64 and sums of 70 products of order 10
        assert_close(g, expected, atol=1e-8, what=f"the gradient with respect to {name}", mistakes=mistakes)


@pytest.mark.points("0.75")
@pytest.mark.hint(
    "The slope at each point by autograd: torch.autograd.grad(net(t).sum(), t).",
    "1 + the number of neighbours whose slopes differ.",
)
def test_count_linear_pieces_value(submission, rng):
    """count_linear_pieces counts the changes of slope"""
    grid = torch.linspace(-1, 1, 41, dtype=torch.float64)  # steps of 0.05
    for count in (0, 1, 5, 2):
        cells = torch.randperm(13, generator=rng)[:count].sort().values * 3 + 1  # between two points, far apart
        if count == 2:
            cells = torch.tensor([0, 39])  # between the first two points and the last two
        kinks = grid[cells] + 0.01 + 0.03 * torch.rand(count, generator=rng, dtype=torch.float64)
        jumps = 1 + torch.rand(count, generator=rng, dtype=torch.float64)
        got = submission.driver.pieces_of_curve(kinks, jumps, grid)
        mistakes = {
            "That is the number of kinks; there is one piece more.": count,
            "A kink between two points is counted twice; take slopes at the points, not between them.": 1 + 2 * count,
            "Every point is counted as a piece of its own.": 41,
        }
        what = f"count_linear_pieces of a curve with {count} kinks"
        check_equal(got, count + 1, what=what, mistakes=mistakes)


@pytest.mark.points("0.75")
@pytest.mark.hint("Compare neighbours: a slope that comes back begins a new piece.")
def test_count_linear_pieces_zigzag(submission):
    """count_linear_pieces counts a slope that comes back as a new piece"""
    grid = (torch.arange(200, dtype=torch.float64) + 0.5) / 200
    mistakes = {"The different slopes are counted; a slope that comes back begins a new piece.": 2}
    got = submission.driver.pieces_of_folds(3, grid)
    check_equal(got, 8, what="count_linear_pieces of a fold of a fold of a fold", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("softmax over dim 1, then max over dim 1; keep the rows whose maximum is ≥ threshold.")
def test_pseudo_labels_value(submission, rng):
    """pseudo_labels keeps the sure examples and their classes"""
    logits = 2 * draw(rng, 41, 5)
    p = logits.softmax(dim=1)
    confidence, labels = p.max(dim=1)
    threshold = float(confidence.sort().values[17:19].mean())  # between two of the confidences: 23 are kept
    result = check_type(submission.pseudo_labels(logits, threshold), tuple, what="pseudo_labels(logits, threshold)")
    check_equal(len(result), 2, what="the number of results")
    kept = (confidence >= threshold).nonzero()[:, 0]
    unsure = (confidence < threshold).nonzero()[:, 0]
    by_logit = (logits.amax(dim=1) >= threshold).nonzero()[:, 0]
    over_rows = (logits.softmax(dim=0).amax(dim=1) >= threshold).nonzero()[:, 0]
    any_sigmoid = (logits.sigmoid().amax(dim=1) >= threshold).nonzero()[:, 0]
    mistakes = {
        "The unsure examples are kept; keep the sure ones.": unsure,
        "The logits are compared with the threshold; take the softmax first.": by_logit,
        "The softmax runs over the examples; it runs over the classes, dim 1.": over_rows,
        "That is a sigmoid per class; take the softmax over the classes.": any_sigmoid,
        "The result is a mask; return the indices of the rows.": confidence >= threshold,
        "The indices come in the order of confidence; they ascend.": kept[confidence[kept].argsort(descending=True)],
    }
    check_equal(result[0], kept, what="indices", mistakes=mistakes)
    mistakes = {"The labels of all examples are returned; only those of the kept ones.": labels}
    check_equal(result[1], labels[kept], what="labels", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_pseudo_labels_none_or_all(submission, rng):
    """pseudo_labels can keep none or all"""
    logits = draw(rng, 7, 5).clamp(-2, 2)
    nothing = torch.empty(0, dtype=torch.int64)
    indices, labels = submission.pseudo_labels(logits, 0.999)
    check_equal(indices, nothing, what="indices if no example is sure")
    check_equal(labels, nothing, what="labels if no example is sure")
    indices, labels = submission.pseudo_labels(logits, 0.0)
    check_equal(indices, torch.arange(7), what="indices for the threshold 0")
    check_equal(labels, logits.argmax(dim=1), what="labels for the threshold 0")
    indices, labels = submission.pseudo_labels(logits[:1], 0.2)  # the largest of five is never below 0.2
    check_equal(indices, torch.tensor([0]), what="indices for one example")
    check_equal(labels, logits[:1].argmax(dim=1), what="labels for one example")


def mixed(value, lam, index):
    return lam * value + (1 - lam) * value[index]


@pytest.mark.points("0.75")
@pytest.mark.hint("lam is the share of the example itself, 1 − lam that of example index[n].", "Mix the labels too.")
def test_mixup_value(submission, rng):
    """mixup mixes images and labels with their partners"""
    x, y = torch.rand(5, 3, 2, 7, generator=rng), F.one_hot(torch.arange(5) % 4, 4).float()
    lam, index = 0.1 + 0.3 * float(torch.rand((), generator=rng)), torch.tensor([2, 3, 1, 4, 0])
    result = check_type(submission.mixup(x, y, lam, index), tuple, what="mixup(x, y, lam, index)")
    check_equal(len(result), 2, what="the number of results")
    inverse = index.argsort()
    for name, got, value in zip(("mixed_x", "mixed_y"), result, (x, y), strict=True):
        mistakes = {
            f"{name} has lam and 1 − lam swapped: lam is the share of the example itself.": mixed(
                value, 1 - lam, index
            ),
            f"{name} is not mixed.": value,
            f"{name} is the partner alone.": value[index],
            "The index is used backwards: example n is mixed with example index[n].": mixed(value, lam, inverse),
            "The two are not weighted.": value + value[index],
            "The partner is not weighted; its share is 1 − lam.": lam * value + value[index],
        }
        # float32 and two products of numbers up to 1
        assert_close(got, mixed(value, lam, index), atol=1e-6, what=name, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("A tensor (N,) of lam needs the shape (N, 1, 1, 1) beside an image batch, and (N, 1) beside y.")
def test_mixup_lam(submission, rng):
    """mixup takes one λ for all or one for each example"""
    # Four examples, four columns and four classes: a wrong broadcast has the right shape.
    x, y, index = torch.rand(4, 3, 2, 4, generator=rng), torch.rand(4, 4, generator=rng), torch.tensor([1, 3, 0, 2])
    for lam in (torch.rand((), generator=rng), torch.rand(4, generator=rng)):
        got = check_type(submission.mixup(x, y, lam, index), tuple, what="mixup(x, y, lam, index)")
        check_equal(len(got), 2, what="the number of results")
        for name, g, value in zip(("mixed_x", "mixed_y"), got, (x, y), strict=True):
            share = lam if lam.ndim == 0 else lam.reshape(-1, *[1] * (value.ndim - 1))
            mistakes = {
                "lam (N,) belongs to the examples, not to the last dimension.": mixed(value, lam, index),
                "Only the first lam is used.": mixed(value, lam.flatten()[0], index),
            }
            # float32 and two products of numbers up to 1
            what = f"{name} for lam of shape {tuple(lam.shape)}"
            assert_close(g, mixed(value, share, index), atol=1e-6, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.25")
def test_mixup_class_numbers(submission, rng):
    """mixup refuses class numbers"""
    x, index = torch.rand(5, 3, generator=rng), torch.tensor([2, 3, 1, 4, 0])
    for y in (torch.arange(5), torch.arange(5).int()[:, None], F.one_hot(torch.arange(5), 5)):
        try:
            submission.mixup(x, y, 0.5, index)
        except TypeError:
            continue
        raise CheckFailed(f"mixup with labels of dtype {y.dtype} must raise TypeError: a class number cannot be mixed")


class Probe(nn.Module):
    """A linear classifier that notes how it was called."""

    def __init__(self, rng, shape, classes):
        super().__init__()
        size = shape[0] * shape[1] * shape[2]
        self.weight = nn.Parameter(draw(rng, size, classes))
        self.shapes, self.modes = [], []

    def forward(self, x):
        self.shapes.append(tuple(x.shape))
        self.modes.append(self.training)
        return x.flatten(1) @ self.weight


def flip(x):
    return x.flip(-1)


def darker(x):
    return 0.5 * x


@pytest.mark.points(1)
@pytest.mark.hint("softmax each version's logits, then take the mean of all T + 1; x itself is one of them.")
def test_predict_tta_value(submission, rng):
    """predict_tta averages the probabilities of the image and of its transforms"""
    model, x = Probe(rng, (3, 5, 7), 4).eval(), draw(rng, 2, 3, 5, 7)
    got = submission.predict_tta(model, x, [flip, darker])
    with torch.no_grad():
        views = torch.stack([model(x), model(flip(x)), model(darker(x))])
    p = views.softmax(dim=-1)
    mistakes = {
        "The logits are averaged; average the probabilities.": views.mean(dim=0).softmax(dim=-1),
        "Those are logits; take the softmax.": views.mean(dim=0),
        "The original is not among the versions.": p[1:].mean(dim=0),
        "The original counts as much as all transforms together; all versions count the same.": (
            0.5 * p[0] + 0.5 * p[1:].mean(dim=0)
        ),
        "The probabilities are summed; take the mean.": p.sum(dim=0),
        "Only the original is used.": p[0],
        "Each transform is applied to what the last one returned; apply it to x.": (
            (p[0] + p[1] + model(darker(flip(x))).detach().softmax(dim=-1)) / 3
        ),
        "The sum is divided by T, not by T + 1.": p.sum(dim=0) / 2,
        "The softmax runs over the batch.": views.softmax(dim=1).mean(dim=0),
        "Those are class numbers as one-hot rows; return the mean of the probabilities.": (
            F.one_hot(p.argmax(dim=-1), 4).double().mean(dim=0)
        ),
    }
    # float64 and a mean of three probabilities
    assert_close(got, p.mean(dim=0), atol=1e-10, what="predict_tta(model, x, [flip, darker])", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Note model.training first; model.eval() before the calls; model.train(noted) after them.")
def test_predict_tta_mode(submission, rng):
    """predict_tta asks in eval mode and puts back the mode that the model was in"""
    for training in (True, False):
        model, x = Probe(rng, (3, 5, 7), 4).train(training), draw(rng, 2, 3, 5, 7)
        submission.predict_tta(model, x, [flip])
        if not model.modes:
            raise CheckFailed("the model was never called")
        if any(model.modes):
            raise CheckFailed("the model was asked in training mode; dropout and batch norm need eval mode")
        mode = "training" if training else "eval"
        what = f"model.training after predict_tta of a model that was in {mode} mode"
        check_equal(model.training, training, what=what)


@pytest.mark.points("0.5")
def test_predict_tta_original(submission, rng):
    """predict_tta without transforms is the softmax of the model's logits"""
    model, x = Probe(rng, (3, 5, 7), 4).eval(), draw(rng, 2, 3, 5, 7)
    got = submission.predict_tta(model, x, [])
    with torch.no_grad():
        want = model(x).softmax(dim=-1)
    # float64, values up to 1
    assert_close(got, want, atol=1e-10, what="predict_tta(model, x, [])")
    same = submission.predict_tta(model, x, [lambda x: x, lambda x: x.clone()])
    assert_close(same, want, atol=1e-10, what="predict_tta with transforms that change nothing")
