"""Dropout and batch normalisation at their edges."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, check_equal, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def fresh(rng):
    return torch.Generator().manual_seed(int(torch.randint(2**31, (), generator=rng)))


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


@pytest.mark.points("0.5")
def test_dropout_edges(submission, rng):
    """dropout takes p = 0 and p = 1, values and gradients, and refuses others"""
    for p, factor in ((0.0, 1.0), (1.0, 0.0)):
        x, v = draw(rng, 5, 7).requires_grad_(), draw(rng, 5, 7)
        y = submission.dropout(x, p, True, fresh(rng))
        # one multiplication
        assert_close(y, factor * x.detach(), atol=1e-12, what=f"dropout(x, p={p}, training=True)")
        got = torch.zeros_like(x)
        if y.requires_grad:
            (got,) = torch.autograd.grad(y, x, v, allow_unused=True, materialize_grads=True)
        assert_close(got, factor * v, atol=1e-12, what=f"the gradient of dropout with p={p}")
    for p in (-0.1, 1.1):
        for training in (True, False):
            x, generator = draw(rng, 3), fresh(rng)
            what = f"dropout with p={p}, training={training}"
            refuses(lambda a=(x, p, training, generator): submission.dropout(*a), ValueError, what)


@pytest.mark.points("0.5")
def test_dropout_each_element(submission, rng):
    """dropout draws for each element on its own, and by the global generator without one"""
    x = torch.ones(211, 307, dtype=torch.float64)
    for generator in (fresh(rng), None):
        y = submission.dropout(x, 0.2, True, generator)
        check_tensor(y, shape=x.shape, dtype=torch.float64, what="dropout of ones")
        kept = (y != 0).double()
        # the mean of 64,777 draws has the deviation 0.0016: six of them
        if abs(float(kept.mean()) - 0.8) > 0.01:
            raise CheckFailed(f"dropout with p = 0.2 keeps {float(kept.mean()):.3f} of the elements, not 0.8")
        # shares of rows and of columns deviate by 0.023 and 0.028; drawn together they would be 0 or 1
        for dim, what in ((0, "column"), (1, "row")):
            share = kept.mean(dim)
            if float((share - 0.8).abs().max()) > 0.3:
                raise CheckFailed(f"dropout drops a whole {what} at once; each element is drawn on its own")
        for dim, what in ((0, "rows"), (1, "columns")):
            first, second = kept.select(dim, 0), kept.select(dim, 1)
            if torch.equal(first, second):
                raise CheckFailed(f"dropout drops the same elements in two {what}; each element is drawn on its own")
    x = torch.ones(1000)
    counts = [int((submission.dropout(x, 0.2, True, fresh(rng)) != 0).sum()) for _ in range(8)]
    # their deviation is 13: eight equal ones are no chance
    if len(set(counts)) == 1:
        raise CheckFailed(f"dropout keeps {counts[0]} of 1000 elements each time; each element is drawn on its own")
    first, second, again = submission.driver.dropout_by_the_global_generator(x, 11)
    check_tensor(first, shape=(1000,), dtype=torch.float32, what="dropout(x, 0.5, True, None)")
    check_tensor(second, shape=(1000,), dtype=torch.float32, what="the second dropout(x, 0.5, True, None)")
    if torch.equal(first, second):
        raise CheckFailed("two calls with generator=None drop the same elements; None is PyTorch's global generator")
    what = "dropout with generator=None after the same torch.manual_seed as before"
    assert_close(again, first, atol=0, what=what)


def state_of(layer):
    return {name: value.detach().clone() for name, value in layer.state_dict().items()}


@pytest.mark.points("0.5")
def test_batch_norm_options(submission, rng):
    """BatchNorm1d uses eps and momentum over several batches, keeps float32, and no graph in its buffers"""
    layer, twin = (kind(3, eps=0.5, momentum=0.3) for kind in (submission.BatchNorm1d, torch.nn.BatchNorm1d))
    for n in (5, 2, 11):
        x = 3 * torch.randn(n, 3, generator=rng) + 1
        # float32
        got = layer(x).detach()
        assert_close(got, twin(x).detach(), atol=1e-5, what=f"BatchNorm1d(3, eps=0.5, momentum=0.3) of {n} rows")
    for name, want in state_of(twin).items():
        assert_close(layer.state_dict()[name], want, atol=1e-4, what=f"{name} after three batches")
    layer.eval()
    names = submission.driver.buffers_with_a_graph(torch.randn(5, 3, generator=rng))
    check_equal(names, [], what="the buffers with a graph after a batch (use torch.no_grad() or detach())")
    x = torch.randn(1, 3, generator=rng)
    assert_close(layer(x).detach(), twin.eval()(x).detach(), atol=1e-5, what="one row in eval mode")


@pytest.mark.points("0.5")
def test_batch_norm_refuses(submission, rng):
    """BatchNorm1d refuses one row in training and other shapes, and changes nothing then"""
    layer = submission.BatchNorm1d(3)
    layer(torch.randn(5, 3, generator=rng))
    before = state_of(layer)
    for shape, modes in (((1, 3), ("train",)), ((5, 4), ("train", "eval")), ((3,), ("train", "eval"))):
        for mode in modes:
            layer.train(mode == "train")
            x = torch.randn(shape, generator=rng)
            what = f"BatchNorm1d(3) in {mode} mode for x of the shape {shape}"
            refuses(lambda x=x: layer(x), ValueError, what)
    layer.train()
    for shape in ((2, 3, 5), (5, 1)):
        x = torch.randn(shape, generator=rng)
        refuses(lambda x=x: layer(x), ValueError, f"BatchNorm1d(3) for x of the shape {shape}")
    check_equal(state_of(layer), before, what="the state dict after calls that raised ValueError")


@pytest.mark.points("0.5")
def test_batch_norm_constant(submission, rng):
    """BatchNorm1d turns a constant column into its bias, and differentiates in eval mode"""
    layer, twin = submission.BatchNorm1d(3).double(), torch.nn.BatchNorm1d(3).double()
    state = {name: draw(rng, 3) for name in ("weight", "bias", "running_mean")}
    state |= {"running_var": draw(rng, 3).square() + 0.5, "num_batches_tracked": torch.tensor(7)}
    layer.load_state_dict(state)
    twin.load_state_dict(state)
    x = draw(rng, 7, 3)
    x[:, 1] = 2.5
    y = check_tensor(layer(x).detach(), shape=(7, 3), dtype=torch.float64, what="BatchNorm1d(3) of a constant column")
    # float64; the mean of seven times 2.5 is 2.5
    want = state["bias"][1].expand(7)
    assert_close(y[:, 1], want, atol=1e-9, what="a constant column after BatchNorm1d")
    layer.load_state_dict(state)  # what training did to the running statistics is another check's
    x, v = draw(rng, 5, 3).requires_grad_(), draw(rng, 5, 3)
    grads = []
    for module in (layer.eval(), twin.eval()):
        module.zero_grad()
        y = module(x)
        if not y.requires_grad:
            raise CheckFailed("BatchNorm1d(3)(x) in eval mode is cut off from autograd")
        found = torch.autograd.grad(y, (x, module.weight, module.bias), v, allow_unused=True, materialize_grads=True)
        grads.append(found)
    for name, got, want in zip(("x", "weight", "bias"), *grads, strict=True):
        # float64
        assert_close(got, want, atol=1e-10, what=f"the gradient with respect to {name} in eval mode")
