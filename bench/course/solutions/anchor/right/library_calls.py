"""The library's own functions where they are not forbidden, and a detached maximum.

module: anchor
"""

import torch
import torch.nn.functional as F


def linear_regression_loss(w, b, x, y):
    return F.mse_loss(F.linear(x, w[None], b[None]).squeeze(-1), y)


def softmax(z):
    e = (z - torch.amax(z, -1, keepdim=True).detach()).exp()
    return e / e.sum(-1, keepdim=True)


def scaled_dot_product_attention(q, k, v, mask=None):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
