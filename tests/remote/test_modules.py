"""A student's ``nn.Module`` is a local module here: parameters, buffers, gradients, modes; forward runs over there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from grader.remote import SubmissionProxy
from grader.sandbox.autograd import BoundaryMisuse
from grader.sandbox.faults import BadValue, NotAttempted

Twin = Callable[..., nn.Module]


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    return torch.allclose(a, b, atol=1e-6)


def gradients(module: nn.Module) -> dict[str, torch.Tensor | None]:
    return {name: p.grad for name, p in module.named_parameters()}


def assert_same_gradients(a: nn.Module, b: nn.Module) -> None:
    want = gradients(b)
    assert gradients(a).keys() == want.keys()
    for name, grad in gradients(a).items():
        if grad is None or want[name] is None:
            assert grad is want[name], name
        else:
            assert close(grad, want[name]), name


# ------------------------------------------------------------------ as a module


def test_a_mirror_has_the_students_parameters(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    assert isinstance(m, nn.Module)
    assert [(n, tuple(p.shape)) for n, p in m.named_parameters()] == [("weight", (2, 3)), ("bias", (2,))]
    assert all(isinstance(p, nn.Parameter) for p in m.parameters())
    assert repr(m) == "Affine()"


def test_forward_uses_the_values_held_here(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.Affine(3, 2)
    x = torch.randn(4, 3, dtype=torch.float64)
    with torch.no_grad():
        m.weight.fill_(2)
        m.bias.data += 1
    assert torch.equal(m(x), twin(m, "Affine", 3, 2)(x))


@pytest.mark.parametrize(
    ("name", "args", "x"),
    [
        ("Affine", (3, 2), torch.randn(5, 3, dtype=torch.float64)),
        ("Deep", (4,), torch.randn(5, 4)),
        ("Normed", (4,), torch.randn(5, 4)),
        ("Tied", (6, 3), torch.tensor([[1, 2], [0, 5]])),
        ("Frozen", (), torch.randn(5, 3)),
        ("Recurrent", ("lstm", 3, 4), torch.randn(2, 5, 3)),
        ("Recurrent", ("gru", 3, 4), torch.randn(2, 5, 3)),
        ("Recurrent", ("rnn", 3, 4), torch.randn(2, 5, 3)),
        ("Sneaky", (), torch.randn(5, 2)),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
@pytest.mark.parametrize("training", [True, False])
def test_values_and_gradients_are_those_of_a_local_module(
    submission: SubmissionProxy, twin: Twin, name: str, args: tuple[Any, ...], x: torch.Tensor, training: bool
) -> None:
    m = getattr(submission, name)(*args).train(training)
    same = twin(m, name, *args)
    if name == "Normed":
        m.drop.p = same.drop.p = 0.0
    y, want = m(x), same(x)
    assert close(y, want)
    v = torch.randn_like(y)
    y.backward(v)
    want.backward(v)
    assert_same_gradients(m, same)
    for (k, a), (_, b) in zip(m.state_dict().items(), same.state_dict().items(), strict=True):
        assert torch.allclose(a, b), k


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_an_rnn_has_gradients_by_autograd_grad_too(submission: SubmissionProxy, twin: Twin, kind: str) -> None:
    m = submission.Recurrent(kind, 3, 4)
    same = twin(m, "Recurrent", kind, 3, 4)
    x = torch.randn(2, 5, 3, requires_grad=True)
    got = torch.autograd.grad(m(x).sum(), [x, *m.parameters()])
    want = torch.autograd.grad(same(x).sum(), [x, *same.parameters()])
    assert all(map(close, got, want))


def test_gradcheck_passes_through_a_module(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    x = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(m, x)
    assert gradcheck(lambda w: torch.func.functional_call(m, {"weight": w}, (x,)), m.weight.detach().requires_grad_())


def test_gradcheck_passes_for_the_parameters_of_an_rnn(submission: SubmissionProxy) -> None:
    m = submission.Recurrent("gru", 2, 2).double()
    x = torch.randn(1, 2, 2, dtype=torch.float64)
    names, values = zip(*[(n, p.detach().requires_grad_()) for n, p in m.named_parameters()], strict=True)
    call = lambda *ps: torch.func.functional_call(m, dict(zip(names, ps, strict=True)), (x,))  # noqa: E731
    assert gradcheck(call, values)


def test_functional_call_leaves_the_module_as_it_was(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    x = torch.randn(4, 3, dtype=torch.float64)
    before = m(x)
    w = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    y = torch.func.functional_call(m, {"weight": w}, (x,))
    assert torch.equal(y, m.bias.expand(4, 2))
    y.sum().backward()
    assert w.grad is not None
    assert m.weight.grad is None
    assert m.bias.grad is not None
    assert torch.equal(m(x), before)


def test_an_optimizer_on_this_side_trains_the_module(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.Affine(3, 1)
    same = twin(m, "Affine", 3, 1)
    x, y = torch.randn(20, 3, dtype=torch.float64), torch.randn(20, 1, dtype=torch.float64)
    losses = []
    for module in (m, same):
        optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
        for _ in range(10):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(module(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(losses[1], abs=1e-12)
    assert close(m.weight, same.weight)


def test_state_dict_and_load_state_dict_work(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.Normed(4)
    assert list(m.state_dict()) == [
        "norm.weight",
        "norm.bias",
        "norm.running_mean",
        "norm.running_var",
        "norm.num_batches_tracked",
    ]
    state = {k: torch.full_like(v, 3) for k, v in m.state_dict().items()}
    assert str(m.load_state_dict(state)) == "<All keys matched successfully>"
    x = torch.randn(5, 4)
    assert close(m.eval()(x), twin(m, "Normed", 4)(x))
    with pytest.raises(RuntimeError, match="Missing key"):
        m.load_state_dict({})


def test_tied_parameters_are_one(submission: SubmissionProxy) -> None:
    m = submission.Tied(6, 3)
    assert m.out.weight is m.embed.weight
    assert len(list(m.parameters())) == 1
    assert len(m.state_dict()) == 2
    with torch.no_grad():
        m.embed.weight.fill_(1)
    assert torch.equal(m(torch.tensor([0])), torch.full((1, 6), 3.0))


def test_a_part_handed_out_twice_is_one_mirror(submission: SubmissionProxy) -> None:
    inner, outer = submission.shared_layer()
    assert outer[0] is inner
    x = torch.randn(3, 2)
    outer(x).sum().backward()
    assert inner.weight.grad is not None


def test_frozen_parameters_stay_frozen(submission: SubmissionProxy) -> None:
    m = submission.Frozen()
    assert [p.requires_grad for p in m.parameters()] == [False, False, True, True]
    m(torch.randn(2, 3)).sum().backward()
    assert m.body.weight.grad is None
    m.body.requires_grad_(True)
    m.head.weight.requires_grad_(False)
    m.zero_grad()
    m(torch.randn(2, 3)).sum().backward()
    assert m.body.weight.grad is not None
    assert m.head.weight.grad is None


def test_a_parameter_put_in_its_place_is_the_one_that_learns(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 1)
    m.weight = nn.Parameter(torch.zeros(1, 3, dtype=torch.float64))
    mine = m.weight
    y = m(torch.ones(2, 3, dtype=torch.float64))
    assert torch.equal(y, torch.zeros(2, 1, dtype=torch.float64))
    y.sum().backward()
    assert torch.equal(mine.grad, torch.full((1, 3), 2.0, dtype=torch.float64))


def test_double_and_half_reach_the_students_module(submission: SubmissionProxy) -> None:
    m = submission.Deep(4).double()
    y = m(torch.randn(2, 4, dtype=torch.float64))
    assert y.dtype == torch.float64
    y.sum().backward()
    assert m.net[0].weight.grad.dtype == torch.float64
    m = submission.Normed(4).double()
    assert m.norm.running_mean.dtype == torch.float64
    assert m(torch.randn(2, 4, dtype=torch.float64)).dtype == torch.float64


# ------------------------------------------------------------------ buffers and modes


def test_a_rebound_buffer_comes_back(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.RunningMean(2)
    same = twin(m, "RunningMean", 2)
    for _ in range(3):
        x = torch.randn(4, 2)
        assert close(m(x), same(x))
        assert close(m.rm, same.rm)
    m.eval()
    before = m.rm.clone()
    m(x)
    assert torch.equal(m.rm, before)


def test_buffers_that_are_not_saved_or_empty_are_mirrored(submission: SubmissionProxy) -> None:
    m = submission.RunningMean(2)
    assert list(m.state_dict()) == ["rm"]
    assert m.mask.dtype == torch.bool
    assert m.empty is None


def test_a_buffer_changed_here_is_seen_there(submission: SubmissionProxy) -> None:
    m = submission.RunningMean(2).eval()
    m.rm.fill_(5)
    assert torch.equal(m(torch.zeros(1, 2)), torch.full((1, 2), -5.0))
    m.rm = torch.tensor([1.0, 2.0])
    assert torch.equal(m(torch.zeros(1, 2)), torch.tensor([[-1.0, -2.0]]))


def test_batch_norm_counts_and_averages(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.Normed(4)
    m.drop.p = 0.0
    same = twin(m, "Normed", 4)
    same.drop.p = 0.0
    for _ in range(3):
        x = torch.randn(8, 4)
        assert close(m(x), same(x))
    assert m.norm.num_batches_tracked == 3
    assert close(m.norm.running_mean, same.norm.running_mean)
    assert close(m.norm.running_var, same.norm.running_var)
    m.eval()
    same.eval()
    assert close(m(x), same(x))
    assert m.norm.num_batches_tracked == 3


def test_each_part_has_its_own_mode(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.Normed(4).eval()
    m.drop.train()
    x = torch.randn(8, 4)
    y = m(x)
    assert m.norm.num_batches_tracked == 0
    assert 0 < (y == 0).sum() < y.numel()
    assert [p.training for p in m.modules()] == [False, False, True]


def test_dropout_is_seeded(open_check: Callable[..., SubmissionProxy]) -> None:
    x = torch.randn(50, 4)
    drawn = [open_check(seed).Normed(4)(x) for seed in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_a_plain_attribute_can_be_read_and_set(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2, scale=2.0)
    assert m.n_in == 3
    assert m.scale == 2.0
    x = torch.ones(1, 3, dtype=torch.float64)
    y = m(x)
    m.scale = 4.0
    assert torch.equal(m(x), 2 * y)
    assert not hasattr(m, "missing")
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        m.missing  # noqa: B018


# ------------------------------------------------------------------ parts and methods


def test_parts_can_be_called_and_indexed(submission: SubmissionProxy, twin: Twin) -> None:
    m = submission.Deep(4)
    same = twin(m, "Deep", 4)
    x = torch.randn(2, 4)
    assert close(m.net(x), same.net(x))
    assert close(m.net[0](x), same.net[0](x))
    assert close(m.layers[-1](x), same.layers[-1](x))
    assert close(m.heads["b"](x), same.heads["b"](x))
    assert len(m.layers) == 3
    assert [type(layer).__name__ for layer in m.layers] == ["RemoteModule"] * 3
    assert "a" in m.heads
    assert [len(m.net), len(m.heads)] == [3, 2]
    m.net[0](x).sum().backward()
    assert m.net[0].weight.grad is not None
    assert close(m(x, head="b"), same(x, head="b"))


def test_other_methods_are_differentiable(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    x = torch.randn(4, 3, dtype=torch.float64)
    y = m.twice(x)
    assert close(y, 2 * m(x))
    y.sum().backward()
    assert close(m.weight.grad, 2 * x.sum(0).expand(2, 3))


def test_a_method_may_return_the_module_and_its_parameters(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    assert m.itself() is m
    weight, bias = m.weights()
    assert weight is m.weight
    assert bias is m.bias


def test_a_method_that_sets_or_replaces_parameters_is_seen_here(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    m.set_weight(torch.ones(2, 3, dtype=torch.float64))
    assert torch.equal(m.weight, torch.ones(2, 3, dtype=torch.float64))
    m.replace_weight(torch.zeros(2, 3, dtype=torch.float64))
    assert torch.equal(m.weight, torch.zeros(2, 3, dtype=torch.float64))
    m(torch.ones(1, 3, dtype=torch.float64)).sum().backward()
    assert m.weight.grad is not None


def test_gradients_here_are_seen_by_a_method_there(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    assert m.grad_norm() is None
    m(torch.ones(1, 3, dtype=torch.float64)).sum().backward()
    assert m.grad_norm() == m.weight.grad.norm()
    m.zero_grad()
    assert m.grad_norm() is None


def test_a_layer_made_at_the_first_call_appears(submission: SubmissionProxy) -> None:
    m = submission.Late()
    assert list(m.parameters()) == []
    assert m(torch.ones(1, 3)).shape == (1, 2)
    assert [n for n, _ in m.named_parameters()] == ["layer.weight", "layer.bias"]
    assert m.seen == 3
    m(torch.ones(1, 3)).sum().backward()
    assert m.layer.weight.grad is not None


def test_a_lazy_module_has_its_parameters_after_the_first_call(submission: SubmissionProxy) -> None:
    m = submission.Lazy()
    assert list(m.parameters()) == []
    assert m.layer(torch.ones(1, 3)).shape == (1, 2)
    assert m.layer.weight.shape == (2, 3)


def test_a_module_whose_parameters_may_not_cross_is_a_bad_value(submission: SubmissionProxy) -> None:
    with pytest.raises(BadValue, match=r"ComplexWeights returned .* holds a tensor of dtype torch.complex64"):
        submission.ComplexWeights()
    with pytest.raises(BadValue, match="SparseBuffer returned a value that is or holds a tensor of layout"):
        submission.SparseBuffer()


def test_an_unfinished_forward_is_not_attempted(submission: SubmissionProxy) -> None:
    with pytest.raises(NotAttempted, match=r"^Unfinished\.forward is not implemented yet$"):
        submission.Unfinished()(torch.ones(1))
    with pytest.raises(NotAttempted, match=r"^Affine\.unfinished is not implemented yet$"):
        submission.Affine(2, 2).unfinished()


def test_an_error_in_forward_has_its_place(submission: SubmissionProxy) -> None:
    with pytest.raises(RuntimeError, match="cannot be multiplied") as caught:
        submission.Affine(3, 2)(torch.ones(1, 4, dtype=torch.float64))
    assert [f.function for f in caught.value.frames] == ["forward"]


def test_a_mirror_cannot_be_copied_or_built_into(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    with pytest.raises(BoundaryMisuse, match="state_dict"):
        copy.deepcopy(m)
    with pytest.raises(BoundaryMisuse, match="cannot become part"):
        m.extra = nn.Linear(2, 2)
    with pytest.raises(BoundaryMisuse, match="new parameter 'extra'"):
        m.extra = nn.Parameter(torch.ones(1))


def test_a_large_unchanged_module_is_not_sent_again(submission: SubmissionProxy) -> None:
    m = submission.Affine(1000, 300)
    x = torch.ones(1, 1000, dtype=torch.float64)
    m(x)
    sent: list[int] = []
    channel = submission._peer.channel
    send = channel.send
    channel.send = lambda head, buffers=(): (sent.append(sum(map(len, buffers))), send(head, buffers))[1]
    m(x)
    assert sum(sent) < 10_000
    m.weight.data += 1
    m(x)
    assert sum(sent) > 1_000_000


# ------------------------------------------------------------------ passed to the student's other code


def test_a_module_passed_back_is_the_students_own(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 2)
    assert submission.is_same(m, m)
    assert submission.parameters_of(m) == ["weight", "bias"]
    assert submission.is_same(m.itself(), m)


def test_a_loss_of_a_module_has_gradients_for_its_parameters(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 1)
    x, y = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 1, dtype=torch.float64)
    (got,) = torch.autograd.grad(submission.model_loss(m, x, y), m.weight)
    (want,) = torch.autograd.grad(nn.functional.mse_loss(x @ m.weight.T + m.bias, y), m.weight)
    assert close(got, want)
    submission.penalty(m, 0.5).backward()
    assert close(m.weight.grad, m.weight.detach())


def test_values_set_here_are_seen_by_another_function(submission: SubmissionProxy) -> None:
    models = [submission.Affine(2, 1), submission.Affine(2, 1)]
    for i, m in enumerate(models):
        m.weight.data.fill_(i)
    x = torch.ones(1, 2, dtype=torch.float64)
    assert submission.average(models, x).item() == 1.0


def test_training_by_the_students_code_is_seen_here(submission: SubmissionProxy, local: Any, twin: Twin) -> None:
    m = submission.Affine(3, 1)
    same = twin(m, "Affine", 3, 1)
    x, y = torch.randn(20, 3, dtype=torch.float64), torch.randn(20, 1, dtype=torch.float64)
    assert submission.fit(m, x, y, 0.1, 5) == pytest.approx(local.fit(same, x, y, 0.1, 5))
    assert close(m.weight, same.weight)
    assert close(m.weight.grad, same.weight.grad)
    submission.fit_by_data(m, x, y, 0.1)
    local.fit_by_data(same, x, y, 0.1)
    assert close(m.weight, same.weight)
    assert close(m(x), same(x))


def test_a_backward_by_the_students_code_fills_the_mirrors_gradients(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 1)
    x, y = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 1, dtype=torch.float64)
    submission.only_backward(m, x, y)
    (want,) = torch.autograd.grad(nn.functional.mse_loss(x @ m.weight.T + m.bias, y), m.weight)
    assert close(m.weight.grad, want)
    submission.only_backward(m, x, y)
    assert close(m.weight.grad, 2 * want)


def test_parameters_passed_on_are_the_students_own(submission: SubmissionProxy) -> None:
    m = submission.Affine(3, 1)
    m(torch.ones(2, 3, dtype=torch.float64)).sum().backward()
    before = m.weight.grad.clone()
    norm, all_parameters = submission.clip(m.parameters(), 1.0)
    assert all_parameters
    assert close(m.weight.grad, before / norm)
    assert submission.changed_inputs() == []


def test_an_optimizer_of_the_students_drives_the_module(submission: SubmissionProxy, twin: Twin) -> None:
    for name, make in (
        ("HandMadeSGD", lambda m: submission.HandMadeSGD(m.parameters(), 0.1)),
        ("make_optimizer", lambda m: submission.make_optimizer(m, 0.1)),
    ):
        m = submission.Affine(3, 1)
        same = twin(m, "Affine", 3, 1)
        optimizer = make(m)
        reference = torch.optim.SGD(same.parameters(), lr=0.1, momentum=0.5 if name == "make_optimizer" else 0)
        x, y = torch.randn(20, 3, dtype=torch.float64), torch.randn(20, 1, dtype=torch.float64)
        for module, steps in ((m, optimizer), (same, reference)):
            for _ in range(3):
                steps.zero_grad()
                nn.functional.mse_loss(module(x), y).backward()
                steps.step()
        assert close(m.weight, same.weight), name


def test_a_module_inside_an_object_is_mirrored_once_and_followed(submission: SubmissionProxy) -> None:
    trainer = submission.Trainer()
    net = trainer.net
    before = net.weight.detach().clone()
    trainer.train(torch.randn(10, 2), torch.randn(10, 1))
    assert trainer.net is net
    assert not torch.equal(net.weight, before)


def test_a_local_module_can_be_called_and_switched_but_not_read(submission: SubmissionProxy) -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5))
    x = torch.randn(4, 3)
    was, y = submission.eval_mode(model, x)
    assert was is True
    assert model.training
    assert close(y, model[0](x))
    assert submission.parameters_of(model) == []
    assert submission.identity(model) is model
    y.sum().backward()
    assert model[0].weight.grad is not None


def test_a_leaf_of_the_students_object_gets_its_gradient_by_backward(submission: SubmissionProxy) -> None:
    layer = submission.LinearByHand(3)
    x = torch.ones(2, 3, requires_grad=True)
    torch.autograd.grad(layer(x).sum(), x)
    assert not layer.has_grad()
    layer(x).sum().backward()
    assert layer.has_grad()
    assert torch.equal(layer.step(0.5), torch.full((3,), -1.0))
