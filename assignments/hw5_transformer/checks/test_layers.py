"""The layers: masks, LayerNorm, attention, encoder and decoder layers, the non-autoregressive decoder."""

import math

import pytest
import torch
from torch import nn

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_equal, check_tensor, check_type

D, HEADS, FF = 6, 2, 7
ATTENTION = {f"{p}_proj.{kind}": shape for p in "qkv" for kind, shape in (("weight", (D, D)), ("bias", (D,)))} | {
    "out_proj.weight": (D, D),
    "out_proj.bias": (D,),
}
FEED_FORWARD = {"linear1.weight": (FF, D), "linear1.bias": (FF,), "linear2.weight": (D, FF), "linear2.bias": (D,)}


def below(name, shapes):
    return {f"{name}.{key}": shape for key, shape in shapes.items()}


def norms(count):
    return {f"norm{i}.{kind}": (D,) for i in range(1, count + 1) for kind in ("weight", "bias")}


ENCODER = below("self_attn", ATTENTION) | FEED_FORWARD | norms(2)
DECODER = below("self_attn", ATTENTION) | below("cross_attn", ATTENTION) | FEED_FORWARD | norms(3)


def randn(rng, *shape):
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def inject(module, shapes, rng):
    """Put random float64 numbers into the module, if its state dict is the handout's; returns them by name."""
    found = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    missing, extra = sorted(shapes.keys() - found.keys()), sorted(found.keys() - shapes.keys())
    if missing or extra:
        raise CheckFailed(f"the state dict must have the handout's names; missing: {missing}, not wanted: {extra}")
    for name, shape in shapes.items():
        check_equal(found[name], shape, what=f"the shape of {name}")
    state = {}
    for name, shape in shapes.items():
        norm = "norm" in name and name.endswith("weight")
        state[name] = 1 + 0.5 * randn(rng, *shape) if norm else 0.7 * randn(rng, *shape)
    module.double().load_state_dict(state)
    return state


def part(state, name):
    return {key.removeprefix(name + "."): value for key, value in state.items() if key.startswith(name + ".")}


def packed(s):
    """Four projections as nn.MultiheadAttention keeps them."""
    return {
        "in_proj_weight": torch.cat([s[f"{p}_proj.weight"] for p in "qkv"]),
        "in_proj_bias": torch.cat([s[f"{p}_proj.bias"] for p in "qkv"]),
        "out_proj.weight": s["out_proj.weight"],
        "out_proj.bias": s["out_proj.bias"],
    }


def as_torch(kind, state, norm_first=False):
    """PyTorch's layer with the numbers of ``state``. It stays in training mode, where it takes no short cuts."""
    options = {"dropout": 0.0, "batch_first": True, "norm_first": norm_first, "dtype": torch.float64}
    layer = kind(D, HEADS, FF, **options)
    own = {key: value for key, value in state.items() if not key.startswith(("self_attn", "cross_attn"))}
    own |= below("self_attn", packed(part(state, "self_attn")))
    if kind is nn.TransformerDecoderLayer:
        own |= below("multihead_attn", packed(part(state, "cross_attn")))
    layer.load_state_dict(own)
    return layer


def gradients(y, leaves, v, what):
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd; is there a detach(), item() or torch.tensor()?")
    return torch.autograd.grad(y, leaves, v, allow_unused=True, materialize_grads=True)


def compare_gradients(module, twin, state, names, inputs, call, call_twin, v, what):
    """Gradients of the student's ``module`` and of PyTorch's ``twin``, for inputs and for the parameters ``names``."""
    y = call(module)
    check_tensor(y, shape=v.shape, dtype=torch.float64, what=what)
    mine, theirs = dict(module.named_parameters()), dict(twin.named_parameters())
    missing = sorted(set(names) - mine.keys())
    if missing:
        raise CheckFailed(f"{what}: {missing} must be parameters, not buffers")
    got = gradients(y, [*inputs.values(), *(mine[n] for n in names)], v, what)
    want = torch.autograd.grad(call_twin(twin), [*inputs.values(), *(theirs[n] for n in names)], v)
    for name, g, expected in zip([*inputs, *names], got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0}
        # float64; numbers of order 10, and √d may have been rounded to float32
        assert_close(g, expected, atol=1e-5, what=f"{what}: the gradient with respect to {name}", mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.hint("Row i is position i: what may it see?", "torch.tril keeps the diagonal; so must you.")
def test_causal_mask(submission):
    """causal_mask lets a position see itself and the past"""
    for size in (5, 1):
        got = submission.causal_mask(size)
        want = torch.arange(size)[:, None] >= torch.arange(size)
        check_tensor(got, shape=(size, size), dtype=torch.bool, what=f"causal_mask({size})")
        mistakes = {
            'The mask is the wrong way round: True means "may attend".': ~want,
            "A position must see itself: the diagonal is True.": want & ~torch.eye(size, dtype=torch.bool),
            "The mask is off by one: a position sees the next one.": torch.ones(size, size).tril(1).bool(),
            "Rows and columns are mixed up: this one looks into the future.": want.T,
        }
        assert_close(got, want, atol=0, what=f"causal_mask({size})", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.hint("Divide by D, not by D − 1: unbiased=False.", "ε is added to the variance, before the root.")
def test_layer_norm_value(submission, rng):
    """LayerNorm normalises the last dimension, then scales and shifts"""
    norm = submission.LayerNorm(5)
    check_equal(
        {name: tuple(value.shape) for name, value in norm.state_dict().items()},
        {"weight": (5,), "bias": (5,)},
        what="the names and shapes in the state dict of LayerNorm(5)",
    )
    for name, start in (("weight", torch.ones(5)), ("bias", torch.zeros(5))):
        assert_close(norm.state_dict()[name], start, atol=0, what=f"{name} of a fresh LayerNorm(5)")
    weight, bias = 1 + 0.5 * randn(rng, 5), randn(rng, 5)
    norm.double().load_state_dict({"weight": weight, "bias": bias})
    x = 3 * randn(rng, 2, 3, 5) + 1
    x[1] *= 1e-3  # small enough that ε matters
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
    whole = (x - x.mean()) / (x.var(unbiased=False) + 1e-5).sqrt()
    sequence = (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, unbiased=False) + 1e-5).sqrt()
    mistakes = {
        "The variance is divided by D − 1; LayerNorm divides by D.": (x - mean)
        / (x.var(-1, keepdim=True) + 1e-5).sqrt()
        * weight
        + bias,
        "ε stands outside the root; it belongs inside.": (x - mean) / (variance.sqrt() + 1e-5) * weight + bias,
        "ε is missing.": (x - mean) / variance.sqrt() * weight + bias,
        "It divides by the variance, not by its root.": (x - mean) / (variance + 1e-5) * weight + bias,
        "The mean is not subtracted.": x / (variance + 1e-5).sqrt() * weight + bias,
        "weight and bias are missing.": (x - mean) / (variance + 1e-5).sqrt(),
        "Mean and variance go over everything; they belong to each position.": whole * weight + bias,
        "Mean and variance go over the positions; they go over the last dimension.": sequence * weight + bias,
    }
    want = nn.functional.layer_norm(x, (5,), weight, bias)
    # float64 and a short chain; the worst element is of order 10
    assert_close(norm(x), want, atol=1e-10, what="LayerNorm(5)(x)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.hint("Mean and variance depend on x: don't detach them.")
def test_layer_norm_gradient(submission, rng):
    """LayerNorm has the right gradients with respect to x, weight and bias"""
    norm = submission.LayerNorm(5).double()
    norm.load_state_dict({"weight": 1 + 0.5 * randn(rng, 5), "bias": randn(rng, 5)})
    x, v = randn(rng, 3, 5).requires_grad_(), randn(rng, 3, 5)
    y = norm(x)
    check_tensor(y, shape=(3, 5), dtype=torch.float64, what="LayerNorm(5)(x)")
    parameters = dict(norm.named_parameters())
    if sorted(parameters) != ["bias", "weight"]:
        raise CheckFailed("weight and bias of LayerNorm must be nn.Parameters")
    leaves = [x, parameters["weight"], parameters["bias"]]
    got = gradients(y, leaves, v, "LayerNorm(5)(x)")
    want = torch.autograd.grad(nn.functional.layer_norm(x, (5,), *leaves[1:]), leaves, v)
    mean, deviation = x.mean(-1, keepdim=True), (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()
    cut = {
        "Mean and variance are taken for constants.": v * leaves[1] / deviation,
        "The variance is taken for a constant.": (v * leaves[1] - (v * leaves[1]).mean(-1, keepdim=True)) / deviation,
        "The mean is taken for a constant.": torch.autograd.grad(
            leaves[1] * (x - mean.detach()) / ((x - mean.detach()).square().mean(-1, keepdim=True) + 1e-5).sqrt(), x, v
        )[0],
    }
    for name, g, expected in zip(("x", "weight", "bias"), got, want, strict=True):
        mistakes = {f"No gradient reaches {name}.": 0.0, **(cut if name == "x" else {})}
        # float64 and a short chain
        assert_close(g, expected, atol=1e-10, what=f"the gradient with respect to {name}", mistakes=mistakes)


@pytest.mark.points("0.5")
def test_layer_norm_eps(submission, rng):
    """LayerNorm takes eps, and a row of equal values gives the bias"""
    norm = submission.LayerNorm(5, eps=0.25).double()
    weight, bias = 1 + 0.5 * randn(rng, 5), randn(rng, 5)
    norm.load_state_dict({"weight": weight, "bias": bias})
    x = randn(rng, 4, 5)
    x[2] = 8.0  # a power of two: the mean is exact, whatever the order of the sum
    got = norm(x)
    want = nn.functional.layer_norm(x, (5,), weight, bias, eps=0.25)
    mistakes = {
        "The argument eps is not used.": nn.functional.layer_norm(x, (5,), weight, bias),
    }
    # float64 and a short chain
    assert_close(got, want, atol=1e-10, what="LayerNorm(5, eps=0.25)(x), row 2 constant", mistakes=mistakes)


def attend(s, query, memory, mask=None, *, scale=None, split="blocks", dim=-1, late=False, swapped=False):
    """(out, weights) of multi-head attention, with switches for the usual mistakes."""
    q, k, v = (
        nn.functional.linear(x, s[f"{p}_proj.weight"], s[f"{p}_proj.bias"])
        for p, x in (("q", memory if swapped else query), ("k", query if swapped else memory), ("v", memory))
    )

    def cut(x):
        if split == "blocks":
            return x.reshape(*x.shape[:2], HEADS, -1).transpose(1, 2)
        if split == "interleaved":
            return x.reshape(*x.shape[:2], -1, HEADS).permute(0, 3, 1, 2)
        return x.reshape(len(x), HEADS, -1, D // HEADS)  # positions and heads mixed up

    q, k, v = cut(q), cut(k), cut(v)
    scores = q @ k.transpose(-2, -1) / (math.sqrt(D // HEADS) if scale is None else scale)
    closed = None if mask is None else ~mask.expand(len(query), query.shape[1], memory.shape[1])[:, None]
    if closed is not None and not late:
        scores = scores.masked_fill(closed, -1e300)
    weights = scores.softmax(dim)
    if closed is not None:
        weights = weights.masked_fill(closed, 0)
    heads = weights @ v
    if split == "reshape":
        joined = heads.reshape(len(query), -1, D)
    elif split == "interleaved":
        joined = heads.permute(0, 2, 3, 1).flatten(2)
    else:
        joined = heads.transpose(1, 2).flatten(2)
    return nn.functional.linear(joined, s["out_proj.weight"], s["out_proj.bias"]), weights


def attended(module, query, memory, mask=None):
    """The student's (out, weights), as tensors of the right shape."""
    result = module(query, memory, mask) if mask is not None else module(query, memory)
    what = "attention(query, memory, mask)" if mask is not None else "attention(query, memory)"
    check_type(result, tuple, what=what)
    check_equal(len(result), 2, what=f"the length of {what}")
    n, length, size = len(query), query.shape[1], memory.shape[1]
    check_tensor(result[1], shape=(n, HEADS, length, size), dtype=query.dtype, what="the weights")
    check_tensor(result[0], shape=(n, length, D), dtype=query.dtype, what="out")
    return result


@pytest.mark.points("1.5")
@pytest.mark.hint(
    "(N, L, D) → (N, L, h, d) → (N, h, L, d): a reshape alone mixes positions and heads.",
    "Divide by the root of the size of one head, before the softmax over the keys.",
)
def test_multi_head_attention_value(submission, rng):
    """MultiHeadAttention has the right weights and the right output"""
    attention = submission.MultiHeadAttention(D, HEADS)
    s = inject(attention, ATTENTION, rng)
    query, memory = randn(rng, 3, 5, D), randn(rng, 3, 7, D)
    out, weights = attended(attention, query, memory)
    variants = {
        "The scores are not divided by √d.": {"scale": 1.0},
        "The scores are divided by √d_model; d is the size of one head.": {"scale": math.sqrt(D)},
        "The scores are divided by d, not by its root.": {"scale": D / HEADS},
        "The softmax goes over the queries; it goes over the keys.": {"dim": -2},
        "The softmax goes over the heads; it goes over the keys.": {"dim": 1},
        "The heads are cut by a reshape that mixes positions and components.": {"split": "reshape"},
        "Head i takes every h-th component; it owns a block of d components.": {"split": "interleaved"},
    }
    wrong = {sentence: attend(s, query, memory, **switch) for sentence, switch in variants.items()}
    twin = nn.MultiheadAttention(D, HEADS, batch_first=True, dtype=torch.float64)
    twin.load_state_dict(packed(s))
    want, want_weights = twin(query, memory, memory, average_attn_weights=False)
    mistakes = {sentence: pair[1] for sentence, pair in wrong.items()}
    # float64, but √d may have been rounded to float32
    assert_close(weights, want_weights.detach(), atol=1e-6, what="the weights", mistakes=mistakes)
    mistakes = {sentence: pair[0] for sentence, pair in wrong.items()}
    mistakes["out_proj is missing."] = (want.detach() - s["out_proj.bias"]) @ s["out_proj.weight"].inverse().T
    assert_close(out, want.detach(), atol=1e-5, what="out", mistakes=mistakes)  # as above; numbers of order 10
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.depends("test_multi_head_attention_value")
@pytest.mark.hint(
    "Mask the scores, before the softmax.", "A row of −inf alone becomes NaN: what does your mask do to it?"
)
def test_multi_head_attention_mask(submission, rng):
    """MultiHeadAttention attends where the mask is True, and to nothing where it is all False"""
    attention = submission.MultiHeadAttention(D, HEADS)
    s = inject(attention, ATTENTION, rng)
    query, memory = randn(rng, 3, 5, D), randn(rng, 3, 7, D)
    full = torch.rand(3, 5, 7, generator=rng) < 0.5
    full[:, :, 0], full[:, :, 1] = True, False  # each query has something open and something closed
    full[1, 2] = False  # but this one has nothing
    for name, mask in (("(N, L, S)", full), ("(L, S)", full[0]), ("(N, 1, S)", full[:, :1])):
        out, weights = attended(attention, query, memory, mask)
        want, want_weights = attend(s, query, memory, mask)
        variants = {
            'The mask is the wrong way round: True means "may attend".': attend(s, query, memory, ~mask),
            "The mask is not used.": attend(s, query, memory),
            "The mask comes after the softmax: the weights no longer sum to 1.": attend(
                s, query, memory, mask, late=True
            ),
        }
        what = f"the weights with a mask of shape {name}"
        mistakes = {sentence: pair[1] for sentence, pair in variants.items()}
        if not mask.any(-1).all():
            even = torch.where(mask.any(-1)[:, None, :, None], want_weights, 1 / 7)
            mistakes["A query with nothing to attend to has the weights 0, not 1/S each."] = even
        # float64, but √d may have been rounded to float32; out is of order 10
        assert_close(weights, want_weights, atol=1e-6, what=what, mistakes=mistakes)
        assert_close(out, want, atol=1e-5, what=f"out with a mask of shape {name}")
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.depends("test_multi_head_attention_value")
@pytest.mark.hint("NaN in the gradient comes from a softmax over −inf alone, even if the values are mended later.")
def test_multi_head_attention_gradient(submission, rng):
    """MultiHeadAttention has the right gradients, also where a query may attend to nothing"""
    attention = submission.MultiHeadAttention(D, HEADS)
    s = inject(attention, ATTENTION, rng)
    query, memory = randn(rng, 3, 5, D).requires_grad_(), randn(rng, 3, 7, D).requires_grad_()
    mask = torch.rand(3, 5, 7, generator=rng) < 0.6
    mask[:, :, 3] = True
    mask[2, 4] = False
    v = randn(rng, 3, 5, D)
    out, _ = attended(attention, query, memory, mask)
    parameters = dict(attention.named_parameters())
    if parameters.keys() != ATTENTION.keys():
        raise CheckFailed("the weights and biases of MultiHeadAttention must be parameters, not buffers")
    got = gradients(out, [query, memory, *(parameters[n] for n in ATTENTION)], v, "out")
    s = {name: value.clone().requires_grad_() for name, value in s.items()}
    leaves = [query, memory, *(s[n] for n in ATTENTION)]
    want = torch.autograd.grad(attend(s, query, memory, mask)[0], leaves, v)
    for name, g, expected in zip(("query", "memory", *ATTENTION), got, want, strict=True):
        mistakes = {} if name == "k_proj.bias" else {f"No gradient reaches {name}.": 0.0}  # that one is 0: a softmax
        # float64; numbers of order 10, and √d may have been rounded to float32
        assert_close(g, expected, atol=1e-5, what=f"the gradient with respect to {name}", mistakes=mistakes)


@pytest.mark.points("1.5")
@pytest.mark.depends("test_layer_norm_value", "test_multi_head_attention_value")
@pytest.mark.hint("Attention, add, norm; feed-forward, add, norm.", "The activation between the two linears is ReLU.")
def test_encoder_layer_value(submission, rng):
    """EncoderLayer is PyTorch's nn.TransformerEncoderLayer, post-norm"""
    layer = submission.EncoderLayer(D, HEADS, FF)
    s = inject(layer, ENCODER, rng)
    x = randn(rng, 3, 5, D)
    want = as_torch(nn.TransformerEncoderLayer, s)(x).detach()
    pre = as_torch(nn.TransformerEncoderLayer, s, norm_first=True)(x).detach()

    def norm(i, x):
        return nn.functional.layer_norm(x, (D,), s[f"norm{i}.weight"], s[f"norm{i}.bias"])

    def feed_forward(x, activation=torch.relu):
        hidden = activation(nn.functional.linear(x, s["linear1.weight"], s["linear1.bias"]))
        return nn.functional.linear(hidden, s["linear2.weight"], s["linear2.bias"])

    a = attend(part(s, "self_attn"), x, x)[0]
    h = norm(1, x + a)
    mistakes = {
        "This is pre-norm; the default is post-norm.": pre,
        "The residual connection around the attention is missing.": norm(2, norm(1, a) + feed_forward(norm(1, a))),
        "The residual connection around the feed-forward network is missing.": norm(2, feed_forward(h)),
        "Both residual connections are missing.": norm(2, feed_forward(norm(1, a))),
        "The residual connection comes after the norm; add first, then normalise.": (
            x + norm(1, a) + norm(2, feed_forward(x + norm(1, a)))
        ),
        "The activation is GELU; it is ReLU.": norm(2, h + feed_forward(h, nn.functional.gelu)),
        "The activation is missing.": norm(2, h + feed_forward(h, lambda z: z)),
        "norm1 is used twice.": norm(1, h + feed_forward(h)),
        "norm1 and norm2 are mixed up.": norm(1, norm(2, x + a) + feed_forward(norm(2, x + a))),
        "norm1 is missing.": norm(2, x + a + feed_forward(x + a)),
        "norm2 is missing.": h + feed_forward(h),
        "The second residual connection starts at the layer's input.": norm(2, x + feed_forward(h)),
    }
    got = layer(x)
    # float64; numbers of order 10, and √d may have been rounded to float32
    assert_close(got, want, atol=1e-5, what="EncoderLayer(…)(x)", mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.depends("test_layer_norm_value", "test_multi_head_attention_value")
def test_encoder_layer_norm_first(submission, rng):
    """EncoderLayer with norm_first is pre-norm"""
    layer = submission.EncoderLayer(D, HEADS, FF, norm_first=True)
    s = inject(layer, ENCODER, rng)
    x = randn(rng, 2, 5, D)
    want = as_torch(nn.TransformerEncoderLayer, s, norm_first=True)(x).detach()
    post = as_torch(nn.TransformerEncoderLayer, s)(x).detach()
    mistakes = {"This is post-norm; norm_first=True means pre-norm.": post}
    # float64; numbers of order 10, and √d may have been rounded to float32
    assert_close(layer(x), want, atol=1e-5, what="EncoderLayer(…, norm_first=True)(x)", mistakes=mistakes)


def paddings(rng, n, length):
    """Padding masks that leave each row one position at least."""
    mask = torch.rand(n, length, generator=rng) < 0.4
    mask[:, 1], mask[:, -1] = False, True
    return mask


@pytest.mark.points(1)
@pytest.mark.depends("test_encoder_layer_value", "test_multi_head_attention_mask")
@pytest.mark.hint("padding_mask is True where nobody may look; attention's mask is True where one may.")
def test_encoder_layer_padding(submission, rng):
    """EncoderLayer attends to no padding"""
    layer = submission.EncoderLayer(D, HEADS, FF)
    s = inject(layer, ENCODER, rng)
    x, padding = randn(rng, 3, 5, D), paddings(rng, 3, 5)
    twin = as_torch(nn.TransformerEncoderLayer, s)
    got = layer(x, padding)
    mistakes = {
        "padding_mask is the wrong way round: True means padding.": twin(x, src_key_padding_mask=~padding).detach(),
        "padding_mask is not used.": twin(x).detach(),
    }
    want = twin(x, src_key_padding_mask=padding).detach()
    mistakes["The padding is zeroed; it is only not attended to."] = want.masked_fill(padding[..., None], 0)
    # float64; numbers of order 10, and √d may have been rounded to float32
    assert_close(got, want, atol=1e-5, what="EncoderLayer(…)(x, padding_mask)", mistakes=mistakes)
    edited = torch.where(padding[..., None], 50 * randn(rng, 3, 5, D), x)
    again = layer(edited, padding)
    check_tensor(again, shape=(3, 5, D), dtype=torch.float64, what="EncoderLayer(…)(x, padding_mask)")
    assert_close(again[~padding], got[~padding], atol=1e-5, what="what is no padding, after another padding")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.depends("test_encoder_layer_value", "test_multi_head_attention_gradient")
def test_encoder_layer_gradient(submission, rng):
    """EncoderLayer has the right gradients"""
    layer = submission.EncoderLayer(D, HEADS, FF)
    s = inject(layer, ENCODER, rng)
    x, v, padding = randn(rng, 3, 5, D).requires_grad_(), randn(rng, 3, 5, D), paddings(rng, 3, 5)
    twin = as_torch(nn.TransformerEncoderLayer, s)
    names = [*FEED_FORWARD, *norms(2), "self_attn.out_proj.weight", "self_attn.out_proj.bias"]

    def call(module):
        return module(x, padding)

    def call_twin(module):
        return module(x, src_key_padding_mask=padding)

    compare_gradients(layer, twin, s, names, {"x": x}, call, call_twin, v, "EncoderLayer(…)(x, padding_mask)")


def future(size):
    """PyTorch's causal mask: True = forbidden."""
    return torch.ones(size, size, dtype=torch.bool).triu(1)


@pytest.mark.points("1.5")
@pytest.mark.depends("test_layer_norm_value", "test_multi_head_attention_value", "test_causal_mask")
@pytest.mark.hint(
    "Self-attention with the causal mask, add, norm; cross-attention, add, norm; feed-forward, add, norm.",
    "In cross-attention the queries come from x, the keys and values from memory.",
)
def test_decoder_layer_value(submission, rng):
    """DecoderLayer is PyTorch's nn.TransformerDecoderLayer, post-norm, with a causal mask"""
    layer = submission.DecoderLayer(D, HEADS, FF)
    s = inject(layer, DECODER, rng)
    x, memory = randn(rng, 3, 5, D), randn(rng, 3, 5, D)  # as long as x, so that mixing them up is seen
    twin = as_torch(nn.TransformerDecoderLayer, s)

    def norm(i, x):
        return nn.functional.layer_norm(x, (D,), s[f"norm{i}.weight"], s[f"norm{i}.bias"])

    def feed_forward(x, activation=torch.relu):
        hidden = activation(nn.functional.linear(x, s["linear1.weight"], s["linear1.bias"]))
        return nn.functional.linear(hidden, s["linear2.weight"], s["linear2.bias"])

    def post(first, second=None, order=(1, 2), activation=torch.relu):
        h = norm(order[0], x + first(x))
        h = norm(order[1], h + second(h)) if second else h
        return norm(3, h + feed_forward(h, activation))

    def own(x, mask=None):
        return attend(part(s, "self_attn"), x, x, ~future(5) if mask is None else mask)[0]

    def cross(x):
        return attend(part(s, "cross_attn"), x, memory)[0]

    strict = torch.ones(5, 5, dtype=torch.bool).tril(-1)
    mistakes = {
        "The causal mask is missing: the layer makes it itself.": twin(x, memory).detach(),
        "The causal mask is off by one: a position must see itself.": post(lambda h: own(h, strict), cross),
        "The causal mask is off by one: it lets the next position through.": post(
            lambda h: own(h, ~future(5).triu(2)), cross
        ),
        "The causal mask is the wrong way round: it shows the future.": post(lambda h: own(h, ~future(5).T), cross),
        "This is pre-norm; the default is post-norm.": as_torch(nn.TransformerDecoderLayer, s, True)(
            x, memory, tgt_mask=future(5)
        ).detach(),
        "Cross-attention comes before self-attention.": post(cross, own),
        "The cross-attention is missing.": post(own),
        "Cross-attention is masked causally; a target position sees the whole source.": post(
            own, lambda h: attend(part(s, "cross_attn"), h, memory, ~future(5))[0]
        ),
        "In cross-attention query and memory are mixed up.": post(
            own, lambda h: attend(part(s, "cross_attn"), memory, h)[0]
        ),
        "Cross-attention takes its queries from memory.": post(
            own, lambda h: attend(part(s, "cross_attn"), memory, memory)[0]
        ),
        "The second attention attends to x itself; it attends to memory.": post(
            own, lambda h: attend(part(s, "cross_attn"), h, h)[0]
        ),
        "Cross-attention uses self_attn's parameters.": post(own, lambda h: attend(part(s, "self_attn"), h, memory)[0]),
        "norm1 and norm2 are mixed up.": post(own, cross, (2, 1)),
        "norm1 is used twice.": post(own, cross, (1, 1)),
        "The activation is GELU; it is ReLU.": post(own, cross, activation=nn.functional.gelu),
        "The activation is missing.": post(own, cross, activation=lambda z: z),
    }
    got = layer(x, memory)
    want = twin(x, memory, tgt_mask=future(5)).detach()
    # float64; numbers of order 10, and √d may have been rounded to float32
    assert_close(got, want, atol=1e-5, what="DecoderLayer(…)(x, memory)", mistakes=mistakes)
    shorter = memory[:, :4]
    want = twin(x, shorter, tgt_mask=future(5)).detach()
    assert_close(layer(x, shorter), want, atol=1e-5, what="DecoderLayer(…)(x, memory) with a shorter memory")
    want = twin(x[:, :3], memory, tgt_mask=future(3)).detach()
    assert_close(layer(x[:, :3], memory), want, atol=1e-5, what="DecoderLayer(…)(x, memory) with a shorter x")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.hint("Position t may attend to the positions ≤ t, and to no other.")
def test_decoder_layer_causality(submission, rng):
    """DecoderLayer leaves the past as it was when the future is edited"""
    layer = submission.DecoderLayer(D, HEADS, FF)
    inject(layer, DECODER, rng)
    x, memory = randn(rng, 2, 5, D), randn(rng, 2, 7, D)
    y = layer(x, memory)
    check_tensor(y, shape=(2, 5, D), dtype=torch.float64, what="DecoderLayer(…)(x, memory)")
    for t in range(1, 5):
        edited = torch.cat([x[:, :t], 3 * randn(rng, 2, 5 - t, D)], dim=1)
        z = layer(edited, memory)
        check_tensor(z, shape=(2, 5, D), dtype=torch.float64, what="DecoderLayer(…)(x, memory)")
        moved = (z[:, :t] - y[:, :t]).abs().amax(dim=(0, 2)) > 1e-9  # float64: what is equal differs by 1e-15
        if moved.any():
            first = int(moved.nonzero()[0])
            raise CheckFailed(f"position {first} changed when the positions from {t} on were edited: it saw them")
        if not ((z[:, t] - y[:, t]).abs() > 1e-9).any():
            raise CheckFailed(f"position {t} did not change when it was edited itself")
    edited = torch.cat([3 * randn(rng, 2, 1, D), x[:, 1:]], dim=1)
    if not ((layer(edited, memory)[:, -1] - y[:, -1]).abs() > 1e-9).any():
        raise CheckFailed("the last position did not change when the first one was edited: it must see the past")


@pytest.mark.points("0.5")
@pytest.mark.depends("test_layer_norm_value", "test_multi_head_attention_value", "test_causal_mask")
def test_decoder_layer_norm_first(submission, rng):
    """DecoderLayer with norm_first is pre-norm"""
    layer = submission.DecoderLayer(D, HEADS, FF, norm_first=True)
    s = inject(layer, DECODER, rng)
    x, memory = randn(rng, 2, 5, D), randn(rng, 2, 7, D)
    want = as_torch(nn.TransformerDecoderLayer, s, norm_first=True)(x, memory, tgt_mask=future(5)).detach()
    post = as_torch(nn.TransformerDecoderLayer, s)(x, memory, tgt_mask=future(5)).detach()
    normed = as_torch(nn.TransformerDecoderLayer, s, norm_first=True)(
        x, nn.functional.layer_norm(memory, (D,), s["norm2.weight"], s["norm2.bias"]), tgt_mask=future(5)
    )
    mistakes = {
        "This is post-norm; norm_first=True means pre-norm.": post,
        "No norm is applied to the memory.": normed.detach(),
    }
    # float64; numbers of order 10, and √d may have been rounded to float32
    what = "DecoderLayer(…, norm_first=True)(x, memory)"
    assert_close(layer(x, memory), want, atol=1e-5, what=what, mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.depends("test_decoder_layer_value", "test_multi_head_attention_mask")
@pytest.mark.hint("padding_mask belongs to the self-attention, memory_padding_mask to the cross-attention.")
def test_decoder_layer_padding(submission, rng):
    """DecoderLayer attends to no padding, neither in the target nor in the source"""
    layer = submission.DecoderLayer(D, HEADS, FF)
    s = inject(layer, DECODER, rng)
    x, memory = randn(rng, 3, 5, D), randn(rng, 3, 5, D)  # as long as x, so that the masks fit both
    padding, source = paddings(rng, 3, 5), paddings(rng, 3, 5)
    padding[:, 0], source[:, 0] = False, True  # two masks that differ; the first position of the target sees itself
    twin = as_torch(nn.TransformerDecoderLayer, s)

    def want(own, cross):
        options = {"tgt_key_padding_mask": own, "memory_key_padding_mask": cross, "tgt_mask": future(5)}
        return twin(x, memory, **options).detach()

    only = twin(x, memory, tgt_key_padding_mask=padding, memory_key_padding_mask=source).detach()
    mistakes = {
        "padding_mask is not used.": want(None, source),
        "memory_padding_mask is not used.": want(padding, None),
        "Neither padding mask is used.": want(None, None),
        "padding_mask and memory_padding_mask are mixed up.": want(source, padding),
        "memory_padding_mask is the wrong way round: True means padding.": want(padding, ~source),
        "With a padding_mask the causal mask is lost.": only,
    }
    mistakes = {sentence: value.nan_to_num() for sentence, value in mistakes.items()}  # PyTorch's empty rows
    got = layer(x, memory, padding, source)
    # float64; numbers of order 10, and √d may have been rounded to float32
    what = "DecoderLayer(…)(x, memory, padding_mask, memory_padding_mask)"
    assert_close(got, want(padding, source), atol=1e-5, what=what, mistakes=mistakes)
    got = layer(x, memory, memory_padding_mask=source)
    assert_close(got, want(None, source), atol=1e-5, what="DecoderLayer(…)(x, memory, memory_padding_mask=…)")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.depends("test_decoder_layer_value", "test_multi_head_attention_gradient")
def test_decoder_layer_gradient(submission, rng):
    """DecoderLayer has the right gradients with respect to x, memory and its parameters"""
    layer = submission.DecoderLayer(D, HEADS, FF)
    s = inject(layer, DECODER, rng)
    x, memory, v = randn(rng, 3, 5, D).requires_grad_(), randn(rng, 3, 7, D).requires_grad_(), randn(rng, 3, 5, D)
    twin = as_torch(nn.TransformerDecoderLayer, s)
    names = [*FEED_FORWARD, *norms(3), "self_attn.out_proj.weight", "self_attn.out_proj.bias"]

    def call(module):
        return module(x, memory)

    def call_twin(module):
        return module(x, memory, tgt_mask=future(5))

    inputs = {"x": x, "memory": memory}
    compare_gradients(layer, twin, s, names, inputs, call, call_twin, v, "DecoderLayer(…)(x, memory)")


V, MAX_LEN = 11, 8
NAT = (
    {"positions.weight": (MAX_LEN, D)}
    | below("layers.0", DECODER)
    | below("layers.1", DECODER)
    | {"output.weight": (V, D), "output.bias": (V,)}
)


def nat_logits(s, memory, length, source=None, *, causal=False, padding=True):
    """What NATDecoder computes, out of PyTorch's layers."""
    size = int(length.max())
    outside = torch.arange(size) >= length[:, None]
    x = s["positions.weight"][:size].expand(len(memory), -1, -1)
    for i in range(2):
        twin = as_torch(nn.TransformerDecoderLayer, part(s, f"layers.{i}"))
        x = twin(
            x,
            memory,
            tgt_mask=future(size) if causal else None,
            tgt_key_padding_mask=outside if padding else None,
            memory_key_padding_mask=source,
        )
    return nn.functional.linear(x, s["output.weight"], s["output.bias"]).detach()


@pytest.mark.points("1.5")
@pytest.mark.depends("test_decoder_layer_value")
@pytest.mark.hint("causal=False: every position sees all others.", "The input is positions.weight[:T] for each row.")
def test_nat_decoder_value(submission, rng):
    """NATDecoder has the right logits"""
    decoder = submission.NATDecoder(D, HEADS, FF, 2, V, MAX_LEN)
    s = inject(decoder, NAT, rng)
    memory, length = randn(rng, 3, 7, D), torch.tensor([5, 5, 5])
    got = decoder(memory, length)
    source = paddings(rng, 3, 7)
    mistakes = {"The layers are causal: call them with causal=False.": nat_logits(s, memory, length, causal=True)}
    # float64; two layers, numbers of order 10, and √d may have been rounded to float32
    assert_close(got, nat_logits(s, memory, length), atol=1e-4, what="NATDecoder(…)(memory, length)", mistakes=mistakes)
    mistakes = {"memory_padding_mask is not used.": nat_logits(s, memory, length)}
    want = nat_logits(s, memory, length, source)
    what = "NATDecoder(…)(memory, length, memory_padding_mask)"
    assert_close(decoder(memory, length, source), want, atol=1e-4, what=what, mistakes=mistakes)
    assert_unchanged(submission)


@pytest.mark.points(1)
@pytest.mark.depends("test_decoder_layer_value", "test_decoder_layer_padding")
@pytest.mark.hint("Row n has length[n] positions; the rest is padding, which nobody attends to.")
def test_nat_decoder_lengths(submission, rng):
    """NATDecoder gives each row its own length"""
    decoder = submission.NATDecoder(D, HEADS, FF, 2, V, MAX_LEN)
    s = inject(decoder, NAT, rng)
    memory, length = randn(rng, 4, 7, D), torch.tensor([2, 6, 1, 3])
    got = decoder(memory, length)
    check_tensor(got, shape=(4, 6, V), dtype=torch.float64, what="NATDecoder(…)(memory, length)")
    careless = nat_logits(s, memory, length, padding=False)
    for n, size in enumerate(length.tolist()):
        want = nat_logits(s, memory[n : n + 1], length[n : n + 1])[0]
        mistakes = {"Padding of a shorter row is attended to.": careless[n, :size]}
        what = f"the logits of row {n}, of length {size}"
        # float64; two layers, numbers of order 10, and √d may have been rounded to float32
        assert_close(got[n, :size], want, atol=1e-4, what=what, mistakes=mistakes)
