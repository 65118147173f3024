"""Steps by torch.optim itself, from a state that holds the history.

module: gradient_descent
"""

import torch


def _replay(param, grad, state, make, lr):
    """Build the optimizer anew, load its state, and take one step."""
    leaf = torch.nn.Parameter(param.detach().clone())
    leaf.grad = grad.clone()
    optimizer = make([leaf])
    if state:
        optimizer.load_state_dict({**optimizer.state_dict(), "state": {0: {k: v.clone() for k, v in state.items()}}})
    optimizer.step()
    kept = optimizer.state_dict()["state"].get(0, {})
    return leaf.detach().clone(), {k: v.clone() for k, v in kept.items() if v is not None}


def sgd_momentum_step(param, grad, state, lr, momentum, weight_decay=0.0):
    def make(params):
        return torch.optim.SGD(params, lr=lr, momentum=momentum, weight_decay=weight_decay)

    return _replay(param, grad, state, make, lr)


def adagrad_step(param, grad, state, lr, eps=1e-10, weight_decay=0.0):
    def make(params):
        return torch.optim.Adagrad(params, lr=lr, eps=eps, weight_decay=weight_decay)

    return _replay(param, grad, state, make, lr)


def rmsprop_step(param, grad, state, lr, alpha=0.99, eps=1e-8, weight_decay=0.0):
    def make(params):
        return torch.optim.RMSprop(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay)

    return _replay(param, grad, state, make, lr)


def adam_step(param, grad, state, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    def make(params):
        return torch.optim.Adam(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    return _replay(param, grad, state, make, lr)
