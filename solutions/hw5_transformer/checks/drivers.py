"""Functions that run beside the student's code, for what cannot be seen from outside."""

import torch


def global_sampling_mask(student, seed, shape, p):
    """scheduled_sampling_mask without a generator, after PyTorch's global one was seeded."""
    torch.manual_seed(seed)
    return student.scheduled_sampling_mask(shape, p, None)


def global_draws(student, seed, rows):
    """sample_token without a generator, twice with the same seed of PyTorch's global one and once with another."""
    logits = torch.zeros(rows, 7)
    draws = []
    for s in (seed, seed, seed + 1):
        torch.manual_seed(s)
        draws.append(student.sample_token(logits, 1.0, None))
    return draws


def state_after_draw(student, seed):
    """Is PyTorch's global generator left alone by a draw from another one?"""
    torch.manual_seed(seed)
    before = torch.get_rng_state()
    student.sample_token(torch.zeros(5, 7), 1.0, torch.Generator().manual_seed(seed))
    return torch.equal(before, torch.get_rng_state())
