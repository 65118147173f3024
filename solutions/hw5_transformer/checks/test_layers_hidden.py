"""The layers at their edges: everything masked, one position, other layouts, symmetries."""

import pytest
import torch

from grader.checkers import CheckFailed, assert_close, assert_unchanged, check_tensor

pytestmark = pytest.mark.hidden

D, HEADS, FF = 12, 3, 17


def randn(rng, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=rng, dtype=dtype)


def pair(submission, reference, rng, name, *args, **options):
    """The student's module and the reference's, in float64, with the same random numbers."""
    twin = getattr(reference, name)(*args, **options).double()
    module = getattr(submission, name)(*args, **options).double()
    state = {key: 0.6 * randn(rng, *value.shape) for key, value in twin.state_dict().items()}
    if module.state_dict().keys() != state.keys():
        raise CheckFailed(f"the state dict of {name} must have the handout's names")
    for one in (module, twin):
        one.load_state_dict(state)
    return module, twin


def same_gradients(y, want, leaves, twins, v, what):
    """The gradients of y with respect to leaves beside those of want with respect to twins, by name."""
    if not y.requires_grad:
        raise CheckFailed(f"{what} is cut off from autograd")
    got = torch.autograd.grad(y, list(leaves.values()), v, allow_unused=True, materialize_grads=True)
    expected = torch.autograd.grad(want, list(twins.values()), v, allow_unused=True, materialize_grads=True)
    for name, g, e in zip(leaves, got, expected, strict=True):
        # float64; gradients of order 100, and √d may have been rounded to float32
        assert_close(g, e, atol=1e-4, what=f"{what}: the gradient with respect to {name}")


@pytest.mark.points("0.5")
def test_layer_norm_layouts(submission, rng):
    """LayerNorm takes vectors, large batches and non-contiguous inputs, and keeps float32"""
    for shape in ((13,), (2, 3, 4, 13), (1, 13)):
        norm = submission.LayerNorm(13)
        weight, bias = 1 + randn(rng, 13, dtype=torch.float32), randn(rng, 13, dtype=torch.float32)
        norm.load_state_dict({"weight": weight, "bias": bias})
        x = randn(rng, *shape, dtype=torch.float32)
        want = torch.nn.functional.layer_norm(x, (13,), weight, bias)
        # float32 and numbers of order 5
        assert_close(norm(x).detach(), want, atol=1e-5, what=f"LayerNorm(13)(x) for x of shape {shape}")
    x = randn(rng, 13, 5, dtype=torch.float32).T
    want = torch.nn.functional.layer_norm(x, (13,), weight, bias)
    assert_close(norm(x).detach(), want, atol=1e-5, what="LayerNorm(13)(x) for a transposed x")
    assert_unchanged(submission)


@pytest.mark.points("0.5")
def test_layer_norm_invariance(submission, rng):
    """LayerNorm does not see what is added to a row or multiplies it"""
    norm = submission.LayerNorm(13, eps=1e-12).double()
    weight, bias = 1 + 0.5 * randn(rng, 13), randn(rng, 13)
    norm.load_state_dict({"weight": weight, "bias": bias})
    x = randn(rng, 6, 13)
    y = norm(x)
    check_tensor(y, shape=(6, 13), dtype=torch.float64, what="LayerNorm(13)(x)")
    moved = norm(7 * x + randn(rng, 6, 1))
    # float64; ε = 10⁻¹² beside a variance of order 1
    assert_close(moved, y.detach(), atol=1e-9, what="LayerNorm(13, eps=1e-12)(7x + c) beside that of x")
    normal = (y.detach() - bias) / weight
    assert_close(normal.mean(-1), torch.zeros(6, dtype=torch.float64), atol=1e-9, what="the mean before weight, bias")
    square = normal.square().mean(-1)
    assert_close(square, torch.ones(6, dtype=torch.float64), atol=1e-9, what="the mean square before weight and bias")


@pytest.mark.points("0.5")
def test_multi_head_attention_order(submission, reference, rng):
    """MultiHeadAttention does not see the memory's order, and takes any sizes and layouts"""
    module, twin = pair(submission, reference, rng, "MultiHeadAttention", D, HEADS)
    for n, length, size in ((1, 1, 1), (2, 1, 5), (3, 7, 1), (2, 4, 9)):
        query, memory = randn(rng, n, length, D), randn(rng, n, size, D)
        order = torch.randperm(size, generator=rng)
        mask = torch.rand(n, length, size, generator=rng) < 0.7
        out, weights = module(query, memory, mask)
        want, want_weights = (t.detach() for t in twin(query, memory, mask))
        what = f"for N = {n}, L = {length}, S = {size}"
        # float64, but √d may have been rounded to float32
        assert_close(weights, want_weights, atol=1e-5, what=f"the weights {what}")
        assert_close(out, want, atol=1e-5, what=f"out {what}")
        again, _ = module(query, memory[:, order], mask[:, :, order])
        assert_close(again.detach(), want, atol=1e-5, what=f"out with a shuffled memory {what}")
    query, memory = randn(rng, D, 5, 2).transpose(0, 2), randn(rng, 9, 2, D).transpose(0, 1)
    out, _ = module(query, memory)
    assert_close(out, twin(query, memory)[0].detach(), atol=1e-5, what="out for non-contiguous inputs")


@pytest.mark.points("0.5")
def test_multi_head_attention_edges(submission, rng):
    """MultiHeadAttention refuses heads that do not fit, survives large scores, and gives the bias for padding alone"""
    for heads in (5, 7):
        try:
            submission.MultiHeadAttention(D, heads)
        except ValueError:
            continue
        raise CheckFailed(f"MultiHeadAttention({D}, {heads}) must raise ValueError: {heads} does not divide {D}")
    module = submission.MultiHeadAttention(D, 1).double()
    state = {key: randn(rng, *value.shape) for key, value in module.state_dict().items()}
    module.load_state_dict(state)
    x = randn(rng, 2, 4, D)
    mask = torch.tensor([[[True]], [[False]]])  # (N, 1, 1) broadcasts, too: the second example is all padding
    out, weights = module(x, x, mask)
    check_tensor(weights, shape=(2, 1, 4, 4), dtype=torch.float64, what="the weights")
    what = "the weights of an example that is all padding"
    assert_close(weights[1].detach(), torch.zeros(1, 4, 4, dtype=torch.float64), atol=0, what=what)
    what = "out of an example that is all padding"
    # float64, a product with 0 and a sum
    assert_close(out[1].detach(), state["out_proj.bias"].expand(4, D), atol=1e-12, what=what)
    large = 300 * randn(rng, 2, 4, D)
    out, weights = module(large, large)
    check_tensor(out, shape=(2, 4, D), dtype=torch.float64, what="out for inputs of order 300")
    ones = torch.ones(2, 1, 4, dtype=torch.float64)
    assert_close(weights.detach().sum(-1), ones, atol=1e-5, what="the sum of the weights for inputs of order 300")


@pytest.mark.points("0.5")
@pytest.mark.depends("test_encoder_layer_padding")
def test_encoder_layer_all_padding(submission, reference, rng):
    """EncoderLayer survives an example that is all padding, in values and gradients"""
    for norm_first in (False, True):
        layer, twin = pair(submission, reference, rng, "EncoderLayer", D, HEADS, FF, norm_first=norm_first)
        x, v = randn(rng, 3, 5, D).requires_grad_(), randn(rng, 3, 5, D)
        padding = torch.rand(3, 5, generator=rng) < 0.5
        padding[1], padding[0, 0] = True, False
        got, want = layer(x, padding), twin(x, padding)
        what = f"EncoderLayer(…, norm_first={norm_first}) where example 1 is all padding"
        # float64; numbers of order 10, and √d may have been rounded to float32
        assert_close(got, want.detach(), atol=1e-5, what=what)
        leaves, twins = ({"x": x, **dict(m.named_parameters())} for m in (layer, twin))
        same_gradients(got, want, {n: leaves[n] for n in twins}, twins, v, what)


@pytest.mark.points("0.5")
@pytest.mark.depends("test_encoder_layer_value")
def test_encoder_layer_equivariance(submission, reference, rng):
    """EncoderLayer permutes with its input, and each example stands alone"""
    for dtype, atol in ((torch.float64, 1e-9), (torch.float32, 1e-3)):  # thirty operations, numbers of order 10
        layer, twin = pair(submission, reference, rng, "EncoderLayer", D, HEADS, FF)
        layer.to(dtype)
        twin.to(dtype)
        x = randn(rng, 4, 7, D).to(dtype)
        order = torch.randperm(7, generator=rng)
        want = twin(x).detach()
        assert_close(layer(x).detach(), want, atol=atol, what=f"EncoderLayer(…)(x) in {dtype}")
        assert_close(layer(x[:, order]).detach(), want[:, order], atol=atol, what=f"a shuffled sequence in {dtype}")
        assert_close(layer(x[2:3]).detach(), want[2:3], atol=atol, what=f"one example alone in {dtype}")
        assert_close(layer(x[:, :1]).detach(), twin(x[:, :1]).detach(), atol=atol, what=f"one position in {dtype}")


@pytest.mark.points("0.5")
@pytest.mark.depends("test_decoder_layer_value")
def test_decoder_layer_not_causal(submission, reference, rng):
    """DecoderLayer with causal=False sees all positions that are no padding"""
    layer, twin = pair(submission, reference, rng, "DecoderLayer", D, HEADS, FF)
    x, memory = randn(rng, 3, 5, D), randn(rng, 3, 7, D)
    padding = torch.rand(3, 5, generator=rng) < 0.4
    padding[:, 2] = False
    mistakes = {"causal=False is not used.": twin(x, memory).detach()}
    what = "DecoderLayer(…)(x, memory, causal=False)"
    # float64; numbers of order 10, and √d may have been rounded to float32
    want = twin(x, memory, causal=False).detach()
    assert_close(layer(x, memory, causal=False), want, atol=1e-5, what=what, mistakes=mistakes)
    want = twin(x, memory, padding, None, False).detach()
    mistakes = {
        "causal=False is not used.": twin(x, memory, padding).detach(),
        "padding_mask is not used where causal=False.": twin(x, memory, causal=False).detach(),
    }
    what = "DecoderLayer(…)(x, memory, padding_mask, None, False)"
    assert_close(layer(x, memory, padding, None, False), want, atol=1e-5, what=what, mistakes=mistakes)


@pytest.mark.points(1)
@pytest.mark.depends("test_decoder_layer_padding")
def test_decoder_layer_nothing_to_see(submission, reference, rng):
    """DecoderLayer survives padding on the left, an empty target and an empty source, in values and gradients"""
    for norm_first in (False, True):
        layer, twin = pair(submission, reference, rng, "DecoderLayer", D, HEADS, FF, norm_first=norm_first)
        x, memory = randn(rng, 4, 5, D).requires_grad_(), randn(rng, 4, 7, D).requires_grad_()
        v = randn(rng, 4, 5, D)
        padding, source = torch.zeros(4, 5, dtype=torch.bool), torch.rand(4, 7, generator=rng) < 0.4
        padding[0, :3] = True  # with the causal mask the first three positions see nothing
        padding[1] = True
        source[2] = True
        got, want = layer(x, memory, padding, source), twin(x, memory, padding, source)
        what = f"DecoderLayer(…, norm_first={norm_first}) with an example that is all padding"
        # float64; numbers of order 10, and √d may have been rounded to float32
        assert_close(got, want.detach(), atol=1e-5, what=what)
        inputs = {"x": x, "memory": memory}
        leaves, twins = ({**inputs, **dict(m.named_parameters())} for m in (layer, twin))
        same_gradients(got, want, {n: leaves[n] for n in twins}, twins, v, what)
    assert_unchanged(submission)


@pytest.mark.points("0.5")
@pytest.mark.depends("test_nat_decoder_value")
def test_nat_decoder_lengths_refused(submission, rng):
    """NATDecoder refuses lengths that do not fit, and takes the largest one"""
    decoder = submission.NATDecoder(D, HEADS, FF, 1, 11, 6).double()
    memory = randn(rng, 2, 5, D)
    for lengths in ([3, 7], [0, 3]):
        try:
            decoder(memory, torch.tensor(lengths))
        except ValueError:
            continue
        raise CheckFailed(f"NATDecoder(…, max_len=6) must raise ValueError for the lengths {lengths}")
    for lengths, size in (([6, 1], 6), ([1, 1], 1)):
        logits = decoder(memory, torch.tensor(lengths))
        check_tensor(logits, shape=(2, size, 11), dtype=torch.float64, what=f"the logits for the lengths {lengths}")


@pytest.mark.points("0.5")
@pytest.mark.depends("test_nat_decoder_value", "test_nat_decoder_lengths")
def test_nat_decoder_gradient(submission, reference, rng):
    """NATDecoder has the right gradients: every position learns from every other"""
    decoder, twin = pair(submission, reference, rng, "NATDecoder", D, HEADS, FF, 3, 11, 6)
    memory, length = randn(rng, 3, 5, D).requires_grad_(), torch.tensor([4, 2, 5])
    source = torch.rand(3, 5, generator=rng) < 0.4
    source[1] = True  # an empty source
    inside = torch.arange(5) < length[:, None]
    v = randn(rng, 3, 5, 11)[inside]
    got, want = decoder(memory, length, source), twin(memory, length, source)
    check_tensor(got, shape=(3, 5, 11), dtype=torch.float64, what="NATDecoder(…)(memory, length, source padding)")
    got, want = got[inside], want[inside]
    what = "NATDecoder(…) with three layers"
    # float64; numbers of order 10, and √d may have been rounded to float32
    assert_close(got, want.detach(), atol=1e-4, what=what)
    leaves, twins = ({"memory": memory, **dict(m.named_parameters())} for m in (decoder, twin))
    same_gradients(got, want, {n: leaves[n] for n in twins}, twins, v, what)
