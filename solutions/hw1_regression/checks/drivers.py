"""Functions that run beside the student's code, for what cannot be seen from outside."""

import torch


def cudnn_after_seeding(student, seed):
    """cuDNN's two switches after seed_everything(seed), which meets them the wrong way round."""
    cudnn = torch.backends.cudnn
    cudnn.deterministic, cudnn.benchmark = False, True
    student.seed_everything(seed)
    found = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = True, False
    return found


def draws_twice(student, seed):
    """torch.rand(3) after two calls of seed_everything(seed), with other draws between them."""
    student.seed_everything(seed)
    first = torch.rand(3)
    torch.rand(7)
    student.seed_everything(seed)
    return first, torch.rand(3)
