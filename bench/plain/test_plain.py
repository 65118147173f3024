"""The anchor's checks as plain pytest has them: the student's module is imported into this very process."""

import anchor
import torch
import torch.nn.functional as F


def generator(seed):
    return torch.Generator().manual_seed(seed)


def regression(rng):
    """w (8,), b (), x (32, 8), y (32,)."""
    return [torch.randn(shape, generator=rng) for shape in ((8,), (), (32, 8), (32,))]


def test_loss_value():
    w, b, x, y = regression(generator(0))
    assert torch.allclose(anchor.linear_regression_loss(w, b, x, y), F.mse_loss(x @ w + b, y), atol=1e-5)


def test_loss_grad():
    w, b, x, y = regression(generator(1))
    w.requires_grad_()
    b.requires_grad_()
    dw, db = torch.autograd.grad(anchor.linear_regression_loss(w, b, x, y), (w, b))
    r = (x @ w + b - y).detach()
    assert torch.allclose(dw, 2 * x.T @ r / 32, atol=1e-5)
    assert torch.allclose(db, 2 * r.mean(), atol=1e-5)


def test_softmax_value():
    z = torch.randn(4, 7, generator=generator(2)) * 3
    assert torch.allclose(anchor.softmax(z), torch.softmax(z, dim=-1), atol=1e-6)
    big = z + 1000.0
    assert torch.allclose(anchor.softmax(big), torch.softmax(big, dim=-1), atol=1e-3)


def test_softmax_grad():
    rng = generator(3)
    z = torch.randn(4, 7, generator=rng).requires_grad_()
    c = torch.randn(4, 7, generator=rng)
    (got,) = torch.autograd.grad((anchor.softmax(z) * c).sum(), z)
    (want,) = torch.autograd.grad((torch.softmax(z, dim=-1) * c).sum(), z)
    assert torch.allclose(got, want, atol=1e-6)


def test_attention_value():
    rng = generator(4)
    q, k, v = (torch.randn(2, 4, 16, 8, generator=rng) for _ in range(3))
    mask = torch.ones(16, 16, dtype=torch.bool).tril()
    attention = anchor.scaled_dot_product_attention
    assert torch.allclose(attention(q, k, v), F.scaled_dot_product_attention(q, k, v), atol=1e-5)
    want = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert torch.allclose(attention(q, k, v, mask), want, atol=1e-5)


def test_attention_grad():
    rng = generator(5)
    q, k, v = (torch.randn(2, 4, 16, 8, generator=rng).requires_grad_() for _ in range(3))
    c = torch.randn(2, 4, 16, 8, generator=rng)
    got = torch.autograd.grad((anchor.scaled_dot_product_attention(q, k, v) * c).sum(), (q, k, v))
    want = torch.autograd.grad((F.scaled_dot_product_attention(q, k, v) * c).sum(), (q, k, v))
    for g, w in zip(got, want, strict=True):
        assert torch.allclose(g, w, atol=1e-5)
