"""Functions that run beside the student's code: a second derivative does not cross the boundary."""

import torch


def hessian_of_network(student, x, y, theta):
    """The student's Hessian of the loss of a network 2–3–1 with nine weights and four biases, at theta (13,)."""

    def f(t):
        hidden = torch.tanh(x @ t[:6].reshape(2, 3) + t[6:9])
        return ((hidden @ t[9:12] + t[12] - y) ** 2).mean()

    return student.hessian(f, theta)


def hessian_beside_a_graph(student, theta):
    """The student's Hessian of Σ θ³ at a theta that requires grad and has one, and what is left of theta."""
    theta = theta.clone().requires_grad_()
    (theta * 5).sum().backward()
    result = student.hessian(lambda t: (t**3).sum(), theta)
    return result.detach(), theta.detach().clone(), theta.requires_grad, theta.grad


def fit_by_the_global_generator(student, x, y, seed):
    """The parameters of a CascadedLogistic(3) after torch.manual_seed(seed) and a fit of no steps."""
    model = student.CascadedLogistic(3)
    torch.manual_seed(seed)
    model.fit(x, y, 0.5, 0, None)
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def dropout_by_the_global_generator(student, x, seed):
    """Dropout without a generator: two results after torch.manual_seed(seed), and one after the same seed again."""
    torch.manual_seed(seed)
    first, second = (student.dropout(x, 0.5, True, None) for _ in range(2))
    torch.manual_seed(seed)
    return first, second, student.dropout(x, 0.5, True, None)


def buffers_with_a_graph(student, x):
    """Names of the buffers that belong to a graph after a batch."""
    layer = student.BatchNorm1d(x.shape[1])
    layer(x.clone().requires_grad_()).sum().backward()
    return [name for name, buffer in layer.named_buffers() if buffer.requires_grad]


def hessian_of_a_leaf(student, theta):
    """Does theta require a gradient after the student's Hessian, when it did not before?"""
    theta = theta.clone()
    result = student.hessian(lambda t: (t**4).sum(), theta)
    return result.detach(), theta.requires_grad, theta.grad is None
