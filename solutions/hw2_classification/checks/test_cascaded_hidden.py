"""Cascaded logistic regression: sizes, no steps at all, and the global generator."""

import pytest
import torch

from grader.checkers import assert_close, check_equal, check_tensor

pytestmark = pytest.mark.hidden

NAMES = ("w1", "b1", "w2", "b2")


def shapes(hidden):
    return {"w1": (2, hidden), "b1": (hidden,), "w2": (hidden,), "b2": ()}


@pytest.mark.points("0.5")
def test_cascaded_logistic_sizes(submission, rng):
    """CascadedLogistic has two hidden units by default, may have one, and takes one row"""
    for model, hidden in ((submission.CascadedLogistic(), 2), (submission.CascadedLogistic(hidden=1), 1)):
        state = {name: tuple(value.shape) for name, value in model.state_dict().items()}
        check_equal(list(state.items()), list(shapes(hidden).items()), what="the state dict, in order")
        w1, b1, w2, b2 = (torch.randn(shape, generator=rng) for shape in shapes(hidden).values())
        model.load_state_dict({"w1": w1, "b1": b1, "w2": w2, "b2": b2})
        for n in (1, 5):
            x = torch.randn(n, 2, generator=rng)
            want = torch.sigmoid(torch.sigmoid(x @ w1 + b1) @ w2 + b2)
            # float32
            got = model(x).detach()
            assert_close(got, want, atol=1e-5, what=f"CascadedLogistic({hidden})(x) for {n} rows")


@pytest.mark.points("0.5")
def test_cascaded_logistic_fit_again(submission, rng):
    """CascadedLogistic.fit with 0 steps only draws; a second fit starts anew and moves the generator on"""
    seed = int(torch.randint(2**31, (), generator=rng))
    x, y = torch.randn(5, 2, generator=rng), torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])
    model = submission.CascadedLogistic(3)
    generator, same = (torch.Generator().manual_seed(seed) for _ in range(2))
    model.fit(x, y, 0.5, 3, generator)
    for shape in shapes(3).values():
        torch.randn(shape, generator=same)
    losses = model.fit(x, y, 0.5, 0, generator)
    check_tensor(losses, shape=(0,), dtype=torch.float32, what="the losses of fit with steps=0")
    for name, shape in shapes(3).items():
        want = torch.randn(shape, generator=same)
        got = dict(model.named_parameters())[name].detach()
        # the same draws
        assert_close(got, want, atol=0, what=f"{name} after a second fit, with the same generator and steps=0")
    got = submission.driver.fit_by_the_global_generator(x, y, seed)
    same.manual_seed(seed)
    for name, shape in shapes(3).items():
        want = torch.randn(shape, generator=same)
        assert_close(got[name], want, atol=0, what=f"{name} after torch.manual_seed({seed}) and fit, generator=None")
    model, double = submission.CascadedLogistic(11), submission.CascadedLogistic(11).double()
    losses = double.fit(x.double(), y.double(), 0.5, 1, torch.Generator().manual_seed(seed))
    model.fit(x, y, 0.5, 0, torch.Generator().manual_seed(seed))
    p = model(x).detach()
    want = -(y * p.log() + (1 - y) * (1 - p).log()).mean(0, keepdim=True)
    # float32 beside float64
    what = "the first loss in float64, from parameters drawn in float32"
    assert_close(losses, want.double(), atol=1e-4, what=what)
