"""Returns the weights in training only.

module: attention
rejected by: test_multi_head_attention_modes
"""

from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError
        self.h = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, key_padding_mask=None, mask=None):
        n, length, d = x.shape
        q, k, v = (w(x).view(n, length, self.h, -1).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        if key_padding_mask is not None:
            keys = ~key_padding_mask[:, None, None]
            mask = keys if mask is None else mask & keys
        out, a = scaled_dot_product_attention(q, k, v, mask)  # noqa: F821 (the reference has it)
        return self.w_o(out.transpose(1, 2).reshape(n, length, d)), (a if self.training else None)
