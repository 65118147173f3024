"""Every knob that makes a run repeatable, inside the process that runs it."""

from __future__ import annotations

import os
import random

import numpy as np
import torch

from grader.sandbox.seeds import DETERMINISM_ENVIRONMENT


def seed_everything(seed: int) -> None:
    """Seed ``random``, NumPy and torch (CPU and every CUDA device)."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    if _only_the_cpu():
        # torch.manual_seed would put a note for a later CUDA on a list, with the call stack: milliseconds each time.
        torch.default_generator.manual_seed(seed)
    else:
        torch.manual_seed(seed)


def _only_the_cpu() -> bool:
    """Can no accelerator be used in this process, now or later?"""
    built = torch.version.cuda or torch.version.hip or torch.backends.mps.is_built() or torch.xpu._is_compiled()
    return not built or (os.environ.get("CUDA_VISIBLE_DEVICES") == "" and not torch.backends.mps.is_built())


def set_determinism() -> None:
    """Deterministic algorithms, full fp32 precision, one thread; for the whole process."""
    for name in ("CUBLAS_WORKSPACE_CONFIG",):
        os.environ.setdefault(name, DETERMINISM_ENVIRONMENT[name])
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True)
    _full_precision()
    torch.set_num_threads(1)


def _full_precision() -> None:
    """No TF32 and no reduced-precision sums: the same numbers on every card of a kind."""
    matmul = torch.backends.cuda.matmul
    if hasattr(matmul, "fp32_precision"):  # torch ≥ 2.9; must not be mixed with the older switches
        matmul.fp32_precision = "ieee"
        for part in ("conv", "rnn"):
            getattr(torch.backends.cudnn, part).fp32_precision = "ieee"
    else:
        matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    matmul.allow_fp16_reduced_precision_reduction = False
    matmul.allow_bf16_reduced_precision_reduction = False


def loader_generator(seed: int) -> torch.Generator:
    """The generator of a ``DataLoader``: ``DataLoader(…, generator=…, worker_init_fn=seed_loader_worker)``."""
    return torch.Generator().manual_seed(seed)


def seed_loader_worker(worker: int) -> None:
    """``worker_init_fn`` of a ``DataLoader``: seed ``random`` and NumPy from torch's seed of that worker."""
    seed = torch.initial_seed() % (1 << 32)
    random.seed(seed)
    np.random.seed(seed)
