"""Squeezes a batch of one away.

module: layers
rejected by: test_encoder_layer_equivariance
"""

# ruff: noqa: F821 – the reference stands above


class EncoderLayer(EncoderLayer):
    def forward(self, x, padding_mask=None):
        return super().forward(x, padding_mask).squeeze(0)
