"""Windows of frames, and networks forward and backward by hand."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu, "leaky_relu": F.leaky_relu}


def draw(rng, *shape):
    return torch.randn(shape, generator=rng, dtype=torch.float64)


def draw_params(rng, sizes):
    """w_l (in, out) and b_l (out,) for the layers between these sizes."""
    params = {}
    for layer, (d, o) in enumerate(pairwise(sizes), start=1):
        params[f"w{layer}"], params[f"b{layer}"] = draw(rng, d, o), draw(rng, o)
    return params


def network(x, params, activation, last=False):
    """The logits; ``last`` applies the activation to them, too."""
    depth = len(params) // 2
    for layer in range(1, depth + 1):
        x = x @ params[f"w{layer}"] + params[f"b{layer}"]
        x = activation(x) if layer < depth or last else x
    return x


def forward(submission, x, params, activation):
    """logits and cache of the student's mlp_forward."""
    what = "mlp_forward(x, params, activation)"
    result = check_type(submission.mlp_forward(x, params, activation), tuple, what=what)
    check_equal(len(result), 2, what=f"the length of {what}")
    return result


def gradients(x, params, activation, dlogits):
    """What mlp_backward should give, by autograd."""
    leaves = {name: p.clone().requires_grad_() for name, p in {**params, "x": x}.items()}
    logits = network(leaves["x"], {k: v for k, v in leaves.items() if k != "x"}, activation)
    return dict(zip(leaves, torch.autograd.grad(logits, list(leaves.values()), dlogits), strict=True))


def backward(submission, x, params, activation, dlogits):
    """The dict of the student's mlp_backward, after a look at its keys."""
    _, cache = forward(submission, x, params, activation)
    what = "mlp_backward(cache, dlogits)"
    grads = check_type(submission.mlp_backward(cache, dlogits), dict, what=what)
    missing = [name for name in (*params, "x") if name not in grads]
    extra = [name for name in grads if name not in params and name != "x"]
    if missing or extra:
        raise CheckFailed(f"{what}: the keys are those of params and 'x'; missing {missing}, too many {extra}")
    return grads


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
@pytest.mark.hint("The earliest frame comes first.", "Each frame keeps its D numbers together.")
def test_concat_frames_value(submission, rng):
    """concat_frames puts each frame between its neighbours, the earliest first"""
    x = torch.randn(11, 3, generator=rng)
    rows = [[min(max(t + offset, 0), 10) for offset in (-2, -1, 0, 1, 2)] for t in range(11)]
    window = x[torch.tensor(rows)]  # (11, 5, 3)
    zeros = F.pad(x, (0, 0, 2, 2)).unfold(0, 5, 1).mT
    wrapped = torch.stack([x.roll(-offset, 0) for offset in (-2, -1, 0, 1, 2)], dim=1)
    reflected = torch.stack(
        [x[torch.tensor([abs(t + o) if t + o < 11 else 20 - t - o for t in range(11)])] for o in (-2, -1, 0, 1, 2)], 1
    )
    past = x[(torch.arange(11)[:, None] + torch.arange(-4, 1)).clamp(min=0)]
    first = torch.stack(
        [x[torch.tensor([t + o if 0 <= t + o < 11 else 0 for t in range(11)])] for o in (-2, -1, 0, 1, 2)], 1
    )
    late = x[(torch.arange(11)[:, None] + torch.arange(-1, 4)).clamp(0, 10)]
    mistakes = {
        "Beyond the end the first frame is repeated; repeat the last one there.": first.flatten(1),
        "The window is one frame late: x_t stands in its middle.": late.flatten(1),
        "Beyond the ends are zeros; repeat the first and the last frame.": zeros.flatten(1),
        "The ends are joined to a ring; repeat the first and the last frame.": wrapped.flatten(1),
        "The ends are mirrored; repeat the first and the last frame.": reflected.flatten(1),
        "The frames are in reverse order: the earliest comes first.": window.flip(1).flatten(1),
        "The numbers are mixed: each frame keeps its D numbers together.": window.mT.flatten(1),
        "The frame itself is in the middle: (n − 1)/2 before it and as many after it.": past.flatten(1),
    }
    what = "concat_frames(x, 5)"
    # the same numbers, moved
    assert_close(submission.concat_frames(x, 5), window.flatten(1), atol=0, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("min(max(t + offset, 0), T − 1), whatever the size of the window.", "n % 2")
def test_concat_frames_edges(submission, rng):
    """concat_frames takes windows longer than the utterance and n = 1, and refuses even n"""
    x = torch.randn(3, 2, generator=rng)
    want = x[(torch.arange(3)[:, None] + torch.arange(-4, 5)).clamp(0, 2)].flatten(1)
    assert_close(submission.concat_frames(x, 9), want, atol=0, what="concat_frames of 3 frames, n = 9")
    assert_close(submission.concat_frames(x, 1), x, atol=0, what="concat_frames(x, 1)")
    for n in (4, 0, -3):
        refuses(lambda n=n: submission.concat_frames(x, n), ValueError, f"concat_frames(x, {n})")


@pytest.mark.points("1.5")
@pytest.mark.hint("a w + b with w (in, out); the activation comes after every layer but the last.")
def test_mlp_forward_value(submission, rng):
    """mlp_forward computes the logits of a network with three layers"""
    x, params = draw(rng, 7, 3), draw_params(rng, (3, 5, 2, 11))
    logits, _ = forward(submission, x, params, "tanh")
    nothing = {name: p * (name[0] == "w") for name, p in params.items()}
    mistakes = {
        "The last layer has no activation: those are logits.": network(x, params, torch.tanh, last=True),
        "The activation is missing.": network(x, params, lambda z: z),
        "The biases are missing.": network(x, nothing, torch.tanh),
        "The logits go through a softmax; leave them as they are.": network(x, params, torch.tanh).softmax(1),
        "activation is ignored: that is relu.": network(x, params, F.relu),
        "activation is ignored: that is sigmoid.": network(x, params, torch.sigmoid),
    }
    # float64, three layers of at most 5 products
    what = "the logits of mlp_forward(x, params, 'tanh')"
    assert_close(logits, network(x, params, torch.tanh), atol=1e-11, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("leaky_relu has the slope 0.01 below 0.", "Any other name raises ValueError.")
def test_mlp_forward_activations(submission, rng):
    """mlp_forward knows sigmoid, tanh, relu and leaky_relu, and refuses others"""
    x, params = draw(rng, 7, 3), draw_params(rng, (3, 5, 2))
    for name, function in ACTIVATIONS.items():
        logits, _ = forward(submission, x, params, name)
        mistakes = {
            f"That is {other} with the name {name}.": network(x, params, wrong)
            for other, wrong in ACTIVATIONS.items()
            if other != name
        }
        for slope in (0.1, 0.2):
            wrong = network(x, params, lambda z, slope=slope: F.leaky_relu(z, slope))
            mistakes[f"The slope of leaky_relu is 0.01, not {slope}."] = wrong
        # 0.01 may be a float32 number, which is off by 2e-10: torch.where(z > 0, 1.0, 0.01) gives one
        what = f"the logits of mlp_forward with '{name}'"
        assert_close(logits, network(x, params, function), atol=1e-7, what=what, mistakes=mistakes)
    what = "mlp_forward with an activation that it does not know, such as 'softplus',"
    refuses(lambda: submission.mlp_forward(x, params, "softplus"), ValueError, what)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Go through the layers from the last to the first: δ_l = (δ_{l+1} w_{l+1}ᵀ) ⊙ activation'(z_l).",
    "dw_l = a_{l−1}ᵀ δ_l, db_l = Σ_n δ_l: sums over the rows.",
)
def test_mlp_backward_parameters(submission, rng):
    """mlp_backward gives the gradients of all weights and biases"""
    x, params, dlogits = draw(rng, 7, 3), draw_params(rng, (3, 5, 2, 11)), draw(rng, 7, 11)
    got = backward(submission, x, params, "tanh", dlogits)
    want = gradients(x, params, torch.tanh, dlogits)
    linear = linear_slopes(x, params, dlogits)
    outer = gradients(x, params, torch.tanh, dlogits * (1 - torch.tanh(network(x, params, torch.tanh)) ** 2))
    unsquared = linear_slopes(x, params, dlogits, lambda a: 1 - a)
    for name in params:
        mistakes = {
            "It is divided by N; the mean of a loss is in dlogits already.": want[name] / 7,
            "The slopes activation'(z) are missing on the way back.": linear[name],
            "The last layer has no activation, and no slope.": outer[name],
            "The slope of tanh is 1 − tanh² z, with a square.": unsquared[name],
            "The gradient is zero.": 0.0,
        }
        # float64, three layers of at most 11 products
        what = f"the gradient of {name}"
        assert_close(got[name], want[name], atol=1e-10, what=what, mistakes=mistakes)
    assert_unchanged(submission)


def linear_slopes(x, params, dlogits, slope=torch.ones_like):
    """The gradients of a network with tanh where the way back has another slope; 1 if nothing is said."""
    inputs, depth = [x], len(params) // 2
    for layer in range(1, depth):
        inputs.append(torch.tanh(inputs[-1] @ params[f"w{layer}"] + params[f"b{layer}"]))
    grads, delta = {}, dlogits
    for layer in range(depth, 0, -1):
        grads[f"w{layer}"], grads[f"b{layer}"] = inputs[layer - 1].T @ delta, delta.sum(0)
        delta = delta @ params[f"w{layer}"].T * slope(inputs[layer - 1])
    return grads


@pytest.mark.points("0.5")
@pytest.mark.hint("dx = δ_1 w_1ᵀ: before the first layer there is no activation.")
def test_mlp_backward_input(submission, rng):
    """mlp_backward gives the gradient of x under the key 'x'"""
    x, params, dlogits = draw(rng, 7, 3), draw_params(rng, (3, 5, 2)), draw(rng, 7, 2)
    got = backward(submission, x, params, "sigmoid", dlogits)
    want = gradients(x, params, torch.sigmoid, dlogits)["x"]
    mistakes = {
        "x is no activation: there is no slope behind w_1.": want * x * (1 - x),
        "x is no activation, and there is no slope behind w_1.": want * torch.sigmoid(x) * (1 - torch.sigmoid(x)),
        "The slope is σ(z)(1 − σ(z)) at z, not at σ(z).": dlogits
        @ params["w2"].T
        * slope_of_sigmoid(torch.sigmoid(x @ params["w1"] + params["b1"]))
        @ params["w1"].T,
        "That goes back through the weights alone: the slopes of the hidden layer are missing.": dlogits
        @ params["w2"].T
        @ params["w1"].T,
    }
    # float64 and sums of 5 products
    assert_close(got["x"], want, atol=1e-12, what="the gradient of x", mistakes=mistakes)


def slope_of_sigmoid(z):
    return torch.sigmoid(z) * (1 - torch.sigmoid(z))


@pytest.mark.points(1)
@pytest.mark.hint("σ' = σ(1 − σ), tanh' = 1 − tanh², relu' is 1 or 0, leaky_relu' is 1 or 0.01.")
def test_mlp_backward_activations(submission, rng):
    """mlp_backward has the slopes of sigmoid, tanh, relu and leaky_relu, also at z = 0"""
    x, params, dlogits = draw(rng, 7, 3), draw_params(rng, (3, 5, 2)), draw(rng, 7, 2)
    x[0], params["b1"][:] = 0.0, 0.0  # all hidden z of row 0 are 0
    for name, function in ACTIVATIONS.items():
        got = backward(submission, x, params, name, dlogits)
        want = gradients(x, params, function, dlogits)
        for key in ("w1", "b1", "x"):
            mistakes = {
                f"That is the slope of {other}.": slope_of(x, params, wrong, dlogits)[key]
                for other, wrong in ACTIVATIONS.items()
                if other != name
            }
            mistakes["At exactly z = 0 the slope of relu is 0."] = slope_of(x, params, relu_from_zero, dlogits)[key]
            what = f"the gradient of {key} with '{name}'"
            # 0.01 may be a float32 number, which is off by 2e-10: torch.where(z > 0, 1.0, 0.01) gives one
            assert_close(got[key], want[key], atol=1e-7, what=what, mistakes=mistakes)
        check_tensor(got["w2"], shape=(5, 2), dtype=torch.float64, what=f"the gradient of w2 with '{name}'")


def relu_from_zero(z):
    """A ReLU whose slope at 0 is 1."""
    return torch.where(z >= 0, z, 0 * z)


def slope_of(x, params, wrong, dlogits):
    """The first layer's gradients where the slope belongs to another activation."""
    z = (x @ params["w1"] + params["b1"]).requires_grad_()
    (slope,) = torch.autograd.grad(wrong(z).sum(), z)
    delta = dlogits @ params["w2"].T * slope
    return {"w1": x.T @ delta, "b1": delta.sum(0), "x": delta @ params["w1"].T}
