"""Windows and networks: other dtypes, one layer, eleven layers, a cache that is used twice."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor

pytestmark = pytest.mark.hidden


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def draw_params(rng, sizes):
    params = {}
    for layer in range(1, len(sizes)):
        params[f"w{layer}"] = draw(rng, sizes[layer - 1], sizes[layer])
        params[f"b{layer}"] = draw(rng, sizes[layer])
    return params


def network(x, params, activation):
    depth = len(params) // 2
    for layer in range(1, depth + 1):
        x = x @ params[f"w{layer}"] + params[f"b{layer}"]
        x = activation(x) if layer < depth else x
    return x


def gradients(x, params, activation, dlogits):
    leaves = {name: p.clone().requires_grad_() for name, p in {**params, "x": x}.items()}
    logits = network(leaves["x"], {k: v for k, v in leaves.items() if k != "x"}, activation)
    return dict(zip(leaves, torch.autograd.grad(logits, list(leaves.values()), dlogits), strict=True))


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
def test_concat_frames_dtypes(submission, rng):
    """concat_frames keeps the dtype, takes one frame, and tensors that are not contiguous"""
    x = torch.randint(100, (5, 2), generator=rng)
    want = x[torch.tensor([[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 4]])].flatten(1)
    assert_close(submission.concat_frames(x, 3), want, atol=0, what="concat_frames of int64")
    x = torch.randn(1, 3, generator=rng)
    assert_close(submission.concat_frames(x, 5), x.repeat(1, 5), atol=0, what="concat_frames of one frame, n = 5")
    x = draw(rng, 3, 14).T[::2]
    want = x[(torch.arange(7)[:, None] + torch.arange(-1, 2)).clamp(0, 6)].flatten(1)
    what = "concat_frames of a tensor that is not contiguous"
    assert_close(submission.concat_frames(x, 3), want, atol=0, what=what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_mlp_forward_depths(submission, rng):
    """mlp_forward takes one layer and eleven, and parameters in any order; one row; no unknown activation"""
    for sizes in ((3, 5), (3, 2, 5, 2, 3, 2, 3, 5, 2, 3, 2, 5)):
        x, params = draw(rng, 7, 3), draw_params(rng, sizes)
        names = list(params)
        mixed = {names[i]: params[names[i]] for i in torch.randperm(len(names), generator=rng).tolist()}
        logits, _ = submission.mlp_forward(x, mixed, "sigmoid")
        # float64, at most eleven layers
        what = f"the logits of a network with {len(sizes) - 1} layers, its parameters in another order"
        assert_close(logits, network(x, params, torch.sigmoid), atol=1e-11, what=what)
    params = draw_params(rng, (3, 5))
    what = "mlp_forward with one layer and an unknown activation"
    refuses(lambda: submission.mlp_forward(x, params, "softplus"), ValueError, what)
    x, params = torch.randn(1, 3, generator=rng), {k: v.float() for k, v in draw_params(rng, (3, 5, 2)).items()}
    logits, _ = submission.mlp_forward(x, params, "relu")
    # float32 and sums of 5 products
    assert_close(logits, network(x, params, torch.relu), atol=1e-4, what="the logits of one row in float32")


@pytest.mark.points("0.5")
def test_mlp_backward_cache(submission, rng):
    """mlp_backward leaves the cache as it is: it may be used again, also after another forward pass"""
    x, params = draw(rng, 7, 3), draw_params(rng, (3, 5, 2))
    _, cache = submission.mlp_forward(x, params, "leaky_relu")
    submission.mlp_forward(draw(rng, 7, 3), draw_params(rng, (3, 5, 2)), "tanh")
    for turn in ("first", "second"):
        dlogits = draw(rng, 7, 2)
        got = submission.mlp_backward(cache, dlogits)
        want = gradients(x, params, torch.nn.functional.leaky_relu, dlogits)
        for name, expected in want.items():
            # 0.01 may be a float32 number, which is off by 2e-10
            what = f"the gradient of {name} at the {turn} use of one cache"
            assert_close(got[name], expected, atol=1e-7, what=what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_mlp_backward_depths(submission, rng):
    """mlp_backward takes one layer, eleven layers, one row and a dlogits that is not contiguous"""
    for sizes, n in (((3, 5), 7), ((3, 2, 5, 2, 3, 2, 3, 5, 2, 3, 2, 5), 7), ((3, 2, 5), 1)):
        x, params = draw(rng, n, 3), draw_params(rng, sizes)
        _, cache = submission.mlp_forward(x, params, "tanh")
        dlogits = draw(rng, 5, n).T
        got = submission.mlp_backward(cache, dlogits)
        for name, expected in gradients(x, params, torch.tanh, dlogits).items():
            # float64 and at most eleven layers
            what = f"the gradient of {name} in a network with {len(sizes) - 1} layers, {n} rows"
            assert_close(got[name], expected, atol=1e-10, what=what)
    single = {name: value.float() for name, value in params.items()}
    _, cache = submission.mlp_forward(x.float(), single, "relu")
    for name, value in submission.mlp_backward(cache, dlogits.float()).items():
        shape = x.shape if name == "x" else params[name].shape
        check_tensor(value, shape=shape, dtype=torch.float32, what=f"the gradient of {name} in float32")
