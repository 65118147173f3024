"""Cascaded logistic regression: one layer's outputs are the next one's inputs."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor

NAMES = ("w1", "b1", "w2", "b2")


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def shapes(hidden):
    return {"w1": (2, hidden), "b1": (hidden,), "w2": (hidden,), "b2": ()}


def check_state(model, hidden):
    state = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    check_equal(state, shapes(hidden), what=f"names and shapes in the state dict of CascadedLogistic({hidden})")
    check_equal(list(state), list(NAMES), what="the names in the state dict, in order")


def forward(x, w1, b1, w2, b2):
    return torch.sigmoid(torch.sigmoid(x @ w1 + b1) @ w2 + b2)


def loss_of(p, y):
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


def descend(params, x, y, lr, steps, loss=loss_of):
    """Plain gradient descent: the losses before each step, and the parameters at the end."""
    params, losses = [p.clone() for p in params], []
    for _ in range(steps):
        leaves = [p.detach().requires_grad_() for p in params]
        value = loss(forward(x, *leaves), y)
        losses.append(value.detach())
        grads = torch.autograd.grad(value, leaves)
        params = [p.detach() - lr * g for p, g in zip(leaves, grads, strict=True)]
    return torch.stack(losses), params


@pytest.mark.points(1)
@pytest.mark.hint("x' = σ(x w1 + b1), p = σ(x' w2 + b2): two sigmoids.", "w1 is (2, hidden), b2 has the shape ().")
def test_cascaded_logistic_forward(submission, rng):
    """CascadedLogistic has the handout's parameters, values and gradients"""
    model = submission.CascadedLogistic(5).double()
    check_state(model, 5)
    params = [draw(rng, *shape) for shape in shapes(5).values()]
    model.load_state_dict(dict(zip(NAMES, params, strict=True)))
    x, v = draw(rng, 7, 2).requires_grad_(), draw(rng, 7)
    p = model(x)
    w1, b1, w2, b2 = params
    hidden = torch.sigmoid(x.detach() @ w1 + b1)
    mistakes = {
        "The hidden units have no sigmoid.": torch.sigmoid((x.detach() @ w1 + b1) @ w2 + b2),
        "The hidden units have a sigmoid, not a ReLU.": torch.sigmoid((x.detach() @ w1 + b1).relu() @ w2 + b2),
        "The output has no sigmoid.": hidden @ w2 + b2,
        "b1 is missing.": forward(x.detach(), w1, 0, w2, b2),
        "b2 is missing.": forward(x.detach(), w1, b1, w2, 0),
    }
    # float64 and sums of five products
    assert_close(p, forward(x.detach(), *params), atol=1e-12, what="CascadedLogistic(5)(x)", mistakes=mistakes)
    if not p.requires_grad:
        raise CheckFailed("CascadedLogistic(5)(x) is cut off from autograd")
    p.backward(v)
    leaves = [t.detach().clone().requires_grad_() for t in (x, *params)]
    want = torch.autograd.grad(forward(*leaves), leaves, v)
    have = {"x": x, **dict(model.named_parameters())}
    for (name, tensor), expected in zip(have.items(), want, strict=True):
        if tensor.grad is None:
            raise CheckFailed(f"no gradient reaches {name}")
        mistakes = {f"No gradient gets through to {name}.": 0.0}
        assert_close(tensor.grad, expected, atol=1e-12, what=f"the gradient with respect to {name}", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Draw w1, b1, w2, b2 in this order, each by torch.randn(shape, generator=generator).",
    "Take the loss, then all four gradients at the same place, then move all four.",
)
def test_cascaded_logistic_fit(submission, rng):
    """CascadedLogistic.fit draws the parameters and descends along the gradient of the cross-entropy"""
    seed = int(torch.randint(2**31, (), generator=rng))
    x, y = torch.randn(11, 2, generator=rng), (torch.rand(11, generator=rng) < 0.5).float()
    # 22 numbers in w1: below 16, PyTorch draws them one by one, and several draws are like a single one
    model = submission.CascadedLogistic(11)
    check_state(model, 11)
    losses = model.fit(x, y, 0.5, 4, torch.Generator().manual_seed(seed))
    check_tensor(losses, shape=(4,), dtype=torch.float32, what="the losses that fit returns")
    if losses.requires_grad:
        raise CheckFailed("the losses that fit returns must have no graph: detach() them")
    start = draws(seed, NAMES)
    want, params = descend(start, x, y, 0.5, 4)
    summed = descend(start, x, y, 0.5 * 11, 4)
    squared = descend(start, x, y, 0.5, 4, lambda p, y: (p - y).square().mean())
    mixed = draws(seed, ("w1", "w2", "b1", "b2"))
    whole = torch.randn(45, generator=torch.Generator().manual_seed(seed)).split((22, 11, 11, 1))
    single = [part.reshape(shape) for part, shape in zip(whole, shapes(11).values(), strict=True)]
    flat = [start[0], torch.zeros(11), start[2], torch.zeros(())]
    late = torch.cat([want[1:], descend(params, x, y, 0.5, 1)[0]])
    mistakes = {
        "The sum of the losses is taken, not the mean.": summed[0] * 11,
        "The steps go along the gradient of the sum; the loss is the mean.": summed[0],
        "The weights are drawn before the biases; the order is w1, b1, w2, b2.": descend(mixed, x, y, 0.5, 4)[0],
        "All numbers are drawn at once; each parameter has its own torch.randn.": descend(single, x, y, 0.5, 4)[0],
        "The biases are drawn, too.": descend(flat, x, y, 0.5, 4)[0],
        "That is the squared error; the loss is the cross-entropy.": squared[0],
        "Those are the losses after each step; take them before it.": late,
        "The gradients are not set to 0 between the steps.": accumulated(start, x, y, 0.5, 4),
        "It climbs: the step is −lr·gradient.": descend(start, x, y, -0.5, 4)[0],
    }
    # float32 and numbers of order 1; four steps
    what = "the loss before each of 4 steps (parameters drawn by torch.randn in the order w1, b1, w2, b2)"
    assert_close(losses, want, atol=1e-4, what=what, mistakes=mistakes)
    for name, expected in zip(NAMES, params, strict=True):
        got = dict(model.named_parameters())[name].detach()
        assert_close(got, expected, atol=1e-4, what=f"{name} after 4 steps")
    assert_unchanged(submission)


def draws(seed, order):
    """The parameters of CascadedLogistic(11), drawn in this order."""
    generator = torch.Generator().manual_seed(seed)
    drawn = {name: torch.randn(shapes(11)[name], generator=generator) for name in order}
    return [drawn[name] for name in NAMES]


def accumulated(params, x, y, lr, steps):
    """The losses where every step adds its gradient to those before."""
    leaves, losses = [p.clone().requires_grad_() for p in params], []
    for _ in range(steps):
        loss = loss_of(forward(x, *leaves), y)
        losses.append(loss.detach())
        loss.backward()
        with torch.no_grad():
            for leaf in leaves:
                leaf -= lr * leaf.grad
    return torch.stack(losses)


@pytest.mark.points(1)
@pytest.mark.hint("The losses should fall below 0.1. Do they?")
def test_cascaded_logistic_xor(submission, rng):
    """CascadedLogistic learns XOR, which no single logistic regression can"""
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([0.0, 1.0, 1.0, 0.0])
    # eight hidden units and this lr: 150 of 150 starts found it, so three failures in a row are no chance
    for _ in range(3):
        seed = int(torch.randint(2**31, (), generator=rng))
        model = submission.CascadedLogistic(8)
        losses = model.fit(x, y, 4.0, 150, torch.Generator().manual_seed(seed))
        p = check_tensor(model(x).detach(), shape=(4,), dtype=torch.float32, what="p of the four points")
        if bool(((p > 0.5) == (y > 0.5)).all()) and float(losses[-1]) < 0.2:
            return
    numbers = ", ".join(f"{value:.3f}" for value in p.tolist())
    raise CheckFailed(f"after 150 steps p of (0,0), (0,1), (1,0), (1,1) is {numbers}; it should be near 0, 1, 1, 0")
