"""The optimizers' steps: other shapes, all options at once, defaults, gradients that are zero or tiny."""

import pytest
import torch

from grader.checkers import assert_close, check_equal, check_type

pytestmark = pytest.mark.hidden


def walk(step, param, grads, **options):
    """The parameter after each step, with its shape and dtype looked at in every step."""
    state, rows = {}, []
    for grad in grads:
        result = step(param, grad, state, **options)
        check_equal(len(check_type(result, tuple)), 2, what="the length of the result")
        param, state = result
        assert_close(param, torch.zeros_like(grad), atol=1e30, what="the new param")
        rows.append(param)
    return torch.stack(rows)


@pytest.mark.points(1)
def test_sgd_momentum_step_options(submission, reference, rng):
    """sgd_momentum_step handles momentum and weight decay together, for any shape and in float32"""
    for shape, dtype, atol in (((), torch.float64, 1e-12), ((2, 3, 5), torch.float32, 1e-4)):
        param = torch.randn(shape, generator=rng, dtype=dtype)
        grads = torch.randn(7, *shape, generator=rng, dtype=dtype)
        options = {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.3}
        got = walk(submission.sgd_momentum_step, param, grads, **options)
        want = walk(reference.sgd_momentum_step, param, grads, **options)
        # seven steps of order 1
        assert_close(got, want, atol=atol, what=f"param after 1, 2, …, 7 steps, shape {shape}, {dtype}")


def sparse_and_tiny(rng, scale):
    """Gradients with zeros (first and later) and numbers as small as eps."""
    grads = torch.randn(5, 3, 5, generator=rng, dtype=torch.float64)
    grads[:, 0] *= scale
    grads[:2, 1] = 0.0
    grads[:, 2, 0] = 0.0
    return torch.randn(3, 5, generator=rng, dtype=torch.float64), grads


@pytest.mark.points("0.5")
def test_adagrad_step_defaults(submission, reference, rng):
    """adagrad_step has PyTorch's defaults, survives gradients that are 0 and keeps float32"""
    param, grads = sparse_and_tiny(rng, 1e-10)
    got = walk(submission.adagrad_step, param, grads, lr=0.1)
    want = walk(reference.adagrad_step, param, grads, lr=0.1)
    walk(submission.adagrad_step, param.float(), grads.float(), lr=0.1)  # float32 stays float32
    # float64, 5 steps; with tiny gradients another eps moves param by about 0.01
    assert_close(got, want, atol=1e-9, what="param after 1, 2, …, 5 steps with tiny gradients and zeros")


@pytest.mark.points("0.5")
def test_rmsprop_step_defaults(submission, reference, rng):
    """rmsprop_step has PyTorch's defaults, survives gradients that are 0 and keeps float32"""
    param, grads = sparse_and_tiny(rng, 1e-7)
    got = walk(submission.rmsprop_step, param, grads, lr=0.01)
    want = walk(reference.rmsprop_step, param, grads, lr=0.01)
    walk(submission.rmsprop_step, param.float(), grads.float(), lr=0.01)  # float32 stays float32
    # float64, 5 steps; with tiny gradients another eps or alpha moves param by about 0.01
    assert_close(got, want, atol=1e-9, what="param after 1, 2, …, 5 steps with tiny gradients and zeros")


@pytest.mark.points(1)
def test_adam_step_defaults(submission, reference, rng):
    """adam_step has PyTorch's defaults, survives gradients that are 0, takes any shape and keeps float32"""
    param, grads = sparse_and_tiny(rng, 1e-8)
    got = walk(submission.adam_step, param, grads, lr=0.01)
    want = walk(reference.adam_step, param, grads, lr=0.01)
    # float64, 5 steps; with tiny gradients another eps moves param by about 0.01
    assert_close(got, want, atol=1e-9, what="param after 1, 2, …, 5 steps with tiny gradients and zeros")
    got = walk(submission.adam_step, param[0, 0], grads[:, 1, 1], lr=0.01)
    want = walk(reference.adam_step, param[0, 0], grads[:, 1, 1], lr=0.01)
    assert_close(got, want, atol=1e-9, what="a 0-dimensional param after 1, 2, …, 5 steps")
    walk(submission.adam_step, param.float(), grads.float(), lr=0.01)  # float32 stays float32
