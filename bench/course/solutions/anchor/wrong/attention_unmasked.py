"""Ignores the mask.

module: anchor
rejected by: test_attention_value
"""

import math

import torch


def scaled_dot_product_attention(q, k, v, mask=None):
    return torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), dim=-1) @ v
