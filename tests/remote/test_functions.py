"""A student's function behaves through the boundary as it does in one process: values, gradients, layout, modes."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from grader.checkers import assert_unchanged
from grader.checkers.failure import CheckFailed
from grader.limits import Limits
from grader.remote import SubmissionProxy
from grader.sandbox.autograd import BoundaryMisuse
from grader.sandbox.faults import StudentRaised


def doubles(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def test_values_are_those_of_a_local_call(submission: SubmissionProxy, local: ModuleType) -> None:
    x = torch.randn(3, 4)
    assert torch.equal(submission.softmax(x), local.softmax(x))
    assert torch.equal(submission.softmax(x, dim=0), local.softmax(x, dim=0))


def test_backward_fills_the_gradient(submission: SubmissionProxy) -> None:
    x, v = doubles(3, 4), torch.randn(3, 4, dtype=torch.float64)
    submission.softmax(x).backward(v)
    (want,) = torch.autograd.grad(x.softmax(-1), x, v)
    assert torch.allclose(x.grad, want, atol=1e-12)


def test_autograd_grad_gives_the_gradient_and_leaves_grad_alone(submission: SubmissionProxy) -> None:
    x, v = doubles(3, 4), torch.randn(3, 4, dtype=torch.float64)
    (got,) = torch.autograd.grad(submission.softmax(x), x, v)
    (want,) = torch.autograd.grad(x.softmax(-1), x, v)
    assert torch.allclose(got, want, atol=1e-12)
    assert x.grad is None


def test_gradcheck_passes_for_a_right_function(submission: SubmissionProxy) -> None:
    assert gradcheck(submission.softmax, doubles(2, 3))
    assert gradcheck(submission.cube, doubles(2, 3))
    assert gradcheck(submission.product_and_sum, (doubles(3), doubles(3)))


def test_gradcheck_fails_for_a_wrong_backward(submission: SubmissionProxy) -> None:
    assert not gradcheck(submission.wrong_gradient, doubles(3), raise_exception=False)


def test_a_remote_call_is_a_node_among_local_ones(submission: SubmissionProxy) -> None:
    x = doubles(4)
    y = submission.cube(submission.softmax(2 * x) + 1).sum() * 3
    (got,) = torch.autograd.grad(y, x)
    (want,) = torch.autograd.grad((((2 * x).softmax(-1) + 1) ** 3).sum() * 3, x)
    assert torch.allclose(got, want, atol=1e-12)


def test_several_outputs_have_their_own_gradients(submission: SubmissionProxy) -> None:
    x, y = doubles(3), doubles(3)
    product, total = submission.product_and_sum(x, y)
    assert isinstance(product, torch.Tensor)
    (gx,) = torch.autograd.grad(product.sum(), x, retain_graph=True)
    assert torch.equal(gx, y.detach())
    gx, gy = torch.autograd.grad(product.sum() + 5 * total, (x, y))
    assert torch.allclose(gx, y.detach() + 5)
    assert torch.allclose(gy, x.detach() + 5)


def test_outputs_in_dicts_and_lists_have_gradients(submission: SubmissionProxy) -> None:
    x, y = doubles(3), doubles(3)
    out = submission.as_dict(x, y)
    assert out["shape"] == torch.Size([3])
    assert out["name"] == "ü\ud800"
    (out["double"].sum() + out["parts"][0].sum() + out["parts"][1]["square"].sum()).backward()
    assert torch.allclose(x.grad, torch.full((3,), 3.0, dtype=torch.float64))
    assert torch.allclose(y.grad, 1 + 2 * y.detach())


def test_an_unused_input_has_no_gradient(submission: SubmissionProxy) -> None:
    x, unused = doubles(3), doubles(3)
    submission.first_of_two(x, unused).sum().backward()
    assert torch.equal(x.grad, torch.full((3,), 3.0, dtype=torch.float64))
    assert unused.grad is None
    with pytest.raises(RuntimeError, match="not have been used"):
        torch.autograd.grad(submission.first_of_two(x, unused).sum(), unused)
    assert torch.autograd.grad(submission.first_of_two(x, unused).sum(), unused, allow_unused=True) == (None,)


def test_an_input_that_needs_no_gradient_gets_none(submission: SubmissionProxy) -> None:
    x, y = doubles(3), torch.randn(3, dtype=torch.float64)
    product, _ = submission.product_and_sum(x, y)
    product.sum().backward()
    assert torch.equal(x.grad, y)
    assert y.grad is None


def test_one_tensor_passed_twice_gathers_both_gradients(submission: SubmissionProxy) -> None:
    x = doubles(3)
    product, _ = submission.product_and_sum(x, x)
    product.sum().backward()
    assert torch.allclose(x.grad, 2 * x.detach())


def test_a_graph_can_be_walked_twice(submission: SubmissionProxy) -> None:
    x = doubles(3)
    y = submission.cube(x).sum()
    y.backward(retain_graph=True)
    once = x.grad.clone()
    y.backward()
    assert torch.allclose(x.grad, 2 * once)


def test_gradients_accumulate_over_calls(submission: SubmissionProxy) -> None:
    x = doubles(3)
    for _ in range(3):
        submission.cube(x).sum().backward()
    assert torch.allclose(x.grad, 9 * x.detach() ** 2)


def test_a_detached_output_fails_at_backward_as_it_would_locally(
    submission: SubmissionProxy, local: ModuleType
) -> None:
    x = doubles(3)
    for module in (submission, local):
        y = module.detached(x)
        assert not y.requires_grad
        with pytest.raises(RuntimeError, match="does not require grad"):
            y.sum().backward()


def test_an_integer_output_needs_no_gradient(submission: SubmissionProxy) -> None:
    got = submission.argmax(doubles(2, 3))
    assert got.dtype == torch.int64
    assert not got.requires_grad


def test_an_output_of_inputs_without_gradient_needs_none(submission: SubmissionProxy) -> None:
    assert not submission.softmax(torch.randn(3)).requires_grad


def test_an_input_given_back_is_differentiable(submission: SubmissionProxy) -> None:
    x = doubles(3)
    (submission.identity(x) * 2).sum().backward()
    assert torch.equal(x.grad, torch.full((3,), 2.0, dtype=torch.float64))


def test_one_output_twice_is_one_tensor(submission: SubmissionProxy) -> None:
    x = doubles(3)
    a, b = submission.same_twice(x)
    assert a is b
    (a + b).sum().backward()
    assert torch.equal(x.grad, torch.full((3,), 4.0, dtype=torch.float64))


def test_no_grad_is_seen_on_the_other_side(submission: SubmissionProxy) -> None:
    assert submission.grad_mode() == (True, False)
    with torch.no_grad():
        assert submission.grad_mode() == (False, False)
        assert not submission.softmax(doubles(3)).requires_grad
    with torch.inference_mode():
        assert submission.grad_mode()[0] is False
        submission.softmax(torch.randn(3))


def test_a_non_contiguous_input_is_seen_as_such(submission: SubmissionProxy) -> None:
    x = torch.randn(3, 4)
    assert submission.contiguity(x) == (True, [4, 1])
    assert submission.contiguity(x.t()) == (False, [1, 4])
    assert submission.contiguity(x[:, ::2]) == (False, [4, 2])
    assert submission.contiguity(x.t().requires_grad_())[0] is False


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,), (2, 0, 2)])
def test_odd_shapes_cross_with_gradients(submission: SubmissionProxy, shape: tuple[int, ...]) -> None:
    x = doubles(*shape)
    y = submission.cube(x)
    assert y.shape == shape
    y.sum().backward()
    assert x.grad.shape == shape


def test_float32_and_half_gradients_keep_their_dtype(submission: SubmissionProxy) -> None:
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        x = torch.randn(3).to(dtype).requires_grad_()
        submission.cube(x).sum().backward()
        assert x.grad.dtype == dtype


def test_a_sparse_gradient_arrives_dense(submission: SubmissionProxy) -> None:
    weight = torch.randn(4, 2, requires_grad=True)
    submission.sparse_rows(weight, torch.tensor([1, 1])).backward()
    assert torch.equal(weight.grad, torch.tensor([[0.0, 0], [2, 2], [0, 0], [0, 0]]))


def test_an_exception_in_a_backward_is_the_students(submission: SubmissionProxy) -> None:
    x = doubles(3)
    y = submission.bad_backward(x).sum()
    with pytest.raises(ValueError, match="no backward today") as caught:
        y.backward()
    assert isinstance(caught.value, StudentRaised)
    assert caught.value.frames[-1].function == "backward"
    assert torch.equal(submission.identity(x), x)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2.5, None, True, "ü😀\ud800", b"\x00\xff", (1, (2,)), {"a": {1: 2}}],
        (float("inf"), 1 << 200, -0.0, slice(1, None, 2), ..., torch.float16, torch.device("cpu"), torch.Size([1, 2])),
    ],
)
def test_plain_values_go_and_come_back(submission: SubmissionProxy, value: object) -> None:
    assert submission.identity(value) == value


def test_arguments_arrive_by_position_and_by_name(submission: SubmissionProxy) -> None:
    assert submission.identities(1, [2], a=3, name="n", handle=4, self=5) == (
        (1, [2]),
        {"a": 3, "name": "n", "handle": 4, "self": 5},
    )


def test_arrays_cross(submission: SubmissionProxy) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    got = submission.identity(array)
    assert got.dtype == np.float32
    assert np.array_equal(got, array)
    assert submission.identity(np.int16(3)).dtype == np.int16


def test_a_misspelt_argument_is_the_students_type_error(submission: SubmissionProxy) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'dims'"):
        submission.softmax(torch.ones(2), dims=0)


# ------------------------------------------------------------------ what cannot cross


def test_second_derivatives_are_refused_and_not_zero(submission: SubmissionProxy) -> None:
    x = doubles(3)
    with pytest.raises(BoundaryMisuse, match=r"create_graph=True.*driver function"):
        torch.autograd.grad(submission.cube(x).sum(), x, create_graph=True)
    with pytest.raises(BoundaryMisuse, match="create_graph=True"):
        torch.autograd.functional.hessian(lambda z: submission.cube(z).sum(), x.detach())
    with pytest.raises(BoundaryMisuse, match="create_graph=True"):
        torch.autograd.gradgradcheck(submission.cube, x)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")  # torch's own, at its first jvp
@pytest.mark.parametrize(
    "transform",
    [
        lambda f, x: torch.func.grad(lambda z: f(z).sum())(x),
        lambda f, x: torch.func.vmap(f)(x),
        lambda f, x: torch.func.jacrev(f)(x),
        lambda f, x: torch.func.jvp(f, (x,), (x,)),
        lambda f, x: torch.func.hessian(lambda z: f(z).sum())(x),
        lambda f, x: torch.autograd.functional.jacobian(f, x, vectorize=True),
    ],
    ids=["grad", "vmap", "jacrev", "jvp", "hessian", "vectorised jacobian"],
)
def test_torch_func_is_refused(submission: SubmissionProxy, transform: Callable[..., object]) -> None:
    with pytest.raises(BoundaryMisuse, match="driver function"):
        transform(submission.cube, torch.randn(3, dtype=torch.float64))


def test_a_value_that_may_not_cross_is_the_checks_mistake(submission: SubmissionProxy) -> None:
    with pytest.raises(BoundaryMisuse, match="an argument of identity is or holds a set"):
        submission.identity({1})
    with pytest.raises(BoundaryMisuse, match="an argument of identity is or holds a object"):
        submission.identity([object()])
    with pytest.raises(BoundaryMisuse, match="more than 16 MiB"):
        submission.identity(torch.zeros(5 << 20))
    with pytest.raises(BoundaryMisuse, match="what is passed to identity is too large"):
        submission.identity(["é" * 4000] * 2000)
    assert submission.identity(1) == 1


def test_two_checks_do_not_share_objects(open_check: Callable[..., SubmissionProxy]) -> None:
    handle = open_check().make_items(3)
    with pytest.raises(BoundaryMisuse, match="belongs to another check's worker"):
        open_check().identity(handle)


# ------------------------------------------------------------------ changes in place


def test_a_change_of_an_input_is_reported(submission: SubmissionProxy) -> None:
    submission.add_one_(torch.zeros(3))
    submission.add_one_(torch.zeros(3))
    submission.fill_nested_([1, {"t": torch.zeros(2)}])
    submission.fill_by_numpy_(torch.zeros(2))
    submission.double_array_(np.ones(2))
    submission.sort_([2, 1])
    submission.keyword_(torch.ones(2), out=torch.zeros(2))
    assert submission.changed_inputs() == [
        "argument 1 of add_one_",
        "argument 1 of fill_nested_",
        "argument 1 of fill_by_numpy_",
        "argument 1 of double_array_",
        "argument 1 of sort_",
        "argument 'out' of keyword_",
    ]
    with pytest.raises(CheckFailed, match=r"argument 1 of add_one_, .* were changed in place"):
        assert_unchanged(submission)


def test_the_checks_own_tensor_is_never_changed(submission: SubmissionProxy) -> None:
    x, a = torch.zeros(3), np.ones(2)
    submission.add_one_(x)
    submission.double_array_(a)
    assert torch.equal(x, torch.zeros(3))
    assert np.array_equal(a, np.ones(2))


def test_nothing_is_reported_if_nothing_was_changed(submission: SubmissionProxy) -> None:
    submission.untouched(torch.tensor([float("nan"), 1]), np.array([np.nan]), [3, 1, 2])
    submission.softmax(torch.randn(3, 4).t().requires_grad_())
    assert_unchanged(submission)


# ------------------------------------------------------------------ graphs


def test_a_graph_lives_as_long_as_the_local_node(submission: SubmissionProxy) -> None:
    x = doubles(3)
    y = submission.watched_graph(x)
    assert submission.alive() == 1
    z = [submission.watched_graph(x) for _ in range(3)]
    assert submission.alive() == 4
    del z
    submission.identity(0)
    assert submission.alive() == 1
    y.sum().backward()
    del y
    submission.identity(0)
    assert submission.alive() == 0


def test_no_graph_is_kept_without_grad(submission: SubmissionProxy) -> None:
    with torch.no_grad():
        kept = submission.watched_graph(doubles(3))
    assert submission.alive() == 0
    assert not kept.requires_grad


# ------------------------------------------------------------------ drivers and files


def test_a_driver_runs_beside_the_students_code(submission: SubmissionProxy) -> None:
    x = torch.randn(3, dtype=torch.float64)
    want = torch.autograd.functional.hessian(lambda z: z.softmax(-1).pow(2).sum(), x)
    assert torch.allclose(submission.driver.second_derivative(x), want)
    assert submission.driver.counter(3) == [1, 2, 3]


def test_a_driver_may_take_a_students_object(submission: SubmissionProxy) -> None:
    model = submission.Affine(2, 1)
    y, name = submission.driver.of_model(model, torch.ones(3, 2, dtype=torch.float64))
    assert y.shape == (3, 1)
    assert name == "Affine"


def test_a_file_is_readable_where_the_student_reads_it(submission: SubmissionProxy) -> None:
    path = submission.put_file("train.csv", "a,b\n1,ü\n")
    assert submission.read_file(path) == "a,b\n1,ü\n".encode()
    assert submission.read_file(submission.put_file("../../etc/x.bin", b"\xff\x00")) == b"\xff\x00"


# ------------------------------------------------------------------ prints


def test_what_is_printed_is_kept(submission: SubmissionProxy) -> None:
    submission.say("hello ü")
    submission.say("no newline", end="")
    submission.say("half \ud800")
    assert submission.stdout().replace("\r", "").splitlines()[-2:] == ["hello ü", "no newlinehalf \\ud800"]


def test_a_flood_of_prints_is_cut_and_blocks_nobody(open_check: Callable[..., SubmissionProxy]) -> None:
    submission = open_check(limits=Limits(cpu=5, wall=20, output=4))
    assert submission.flood(3000) == 3000
    text = submission.stdout()
    assert len(text) < 4200
    assert "more bytes were printed]" in text


def test_warnings_and_stderr_cost_nothing(submission: SubmissionProxy) -> None:
    x = torch.randn(2, 3)
    assert torch.allclose(submission.warns(x), x.softmax(-1))
    assert "watch out" in submission.stdout()
    assert "to stderr" in submission.stdout()
