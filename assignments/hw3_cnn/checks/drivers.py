"""Functions that run beside the student's code, for what cannot be seen from outside."""

import torch


def moves_global_generator(student, name, *args):
    """Does a call of the student's function draw from PyTorch's global generator?"""
    before = torch.get_rng_state()
    getattr(student, name)(*args)
    return not torch.equal(before, torch.get_rng_state())


def pieces_of_curve(student, kinks, jumps, grid):
    """count_linear_pieces of a curve whose slope changes by jumps at kinks; it may be differentiated in any way."""

    def net(t):
        return (jumps * torch.relu(t - kinks)).sum(dim=1, keepdim=True) - 0.25 * t

    return student.count_linear_pieces(net, grid)


def pieces_of_folds(student, layers, grid):
    """count_linear_pieces of a fold of a fold of a fold …"""

    def net(t):
        for _ in range(layers):
            t = 2 * torch.relu(t) - 4 * torch.relu(t - 0.5)
        return t

    return student.count_linear_pieces(net, grid)
