"""Has 10⁻⁶ as the default of ε.

module: layers
rejected by: test_layer_norm_value, test_layer_norm_gradient, test_layer_norm_layouts
"""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, D, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight, self.bias = nn.Parameter(torch.ones(D)), nn.Parameter(torch.zeros(D))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        var = x.var(dim=-1, correction=0, keepdim=True)
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
