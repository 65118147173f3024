"""Changes torch's defaults: dtype, device, gradients, threads, deterministic algorithms.
---
"""

import torch

torch.set_default_dtype(torch.float16)
torch.set_default_device("meta")
torch.set_grad_enabled(False)
torch.use_deterministic_algorithms(False)
torch.set_flush_denormal(True)
torch.autograd.set_detect_anomaly(True)
