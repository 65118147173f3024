"""Functions that run beside the student's code, for what cannot be seen from outside."""

import numpy as np
import torch


def tensors_of_views(student, array):
    """to_tensor of a flipped, a read-only and a cut view of an (H, W, C) array."""
    flipped, locked, cut = array[::-1, ::-1], array.copy(), array[1::2, :, ::2]
    locked.setflags(write=False)
    before = array.copy()
    results = [student.to_tensor(view).clone() for view in (flipped, locked, cut)]
    return results, bool(np.array_equal(before, array))


def same_by_global_seed(student, name, *args):
    """Twenty results of a function that draws from the global generator, twice with the same seed."""
    runs = []
    for _ in range(2):
        torch.manual_seed(20240607)
        runs.append([getattr(student, name)(*args).clone() for _ in range(20)])
    return runs


def pieces_of_curve(student, jumps, grid, *tol):
    """count_linear_pieces of a curve whose slope changes by jumps at 0, 1, 2, …; it begins with the slope 0."""
    kinks = torch.arange(len(jumps), dtype=jumps.dtype)

    def net(t):
        return (jumps * torch.relu(t - kinks)).sum(dim=1, keepdim=True) + 0 * t

    return student.count_linear_pieces(net, grid, *tol)


def pieces_of_network(student, weight, bias, out, grid):
    """count_linear_pieces of a network with one hidden layer, and whether it leaves gradients behind."""
    hidden, last = torch.nn.Linear(1, len(bias)), torch.nn.Linear(len(bias), 1)
    with torch.no_grad():
        hidden.weight.copy_(weight)
        hidden.bias.copy_(bias)
        last.weight.copy_(out)
    net = torch.nn.Sequential(hidden, torch.nn.ReLU(), last)
    pieces = student.count_linear_pieces(net, grid)
    return pieces, grid.requires_grad, any(parameter.grad is not None for parameter in net.parameters())


def model_after_tta(student, x):
    """Whether the model's parameters and the result of predict_tta require a gradient, and the model's mode."""
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(x[0].numel(), 3)).double()
    p = student.predict_tta(model, x, [lambda t: 2 * t])
    return [parameter.requires_grad for parameter in model.parameters()], p.requires_grad, model.training
