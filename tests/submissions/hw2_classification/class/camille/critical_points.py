"""Second derivatives, and NumPy's eigenvalues."""

import numpy as np
import torch


def hessian(f, theta):
    """Double backward; whatever is not in the graph is 0."""
    t = theta.detach().clone()
    t.requires_grad = True
    size = t.shape[0]
    anchor = 0.0 * (t * t * t).sum()  # puts t into every graph, with no effect on the value
    first = torch.autograd.grad(f(t) + anchor, t, create_graph=True)[0]
    rows = [torch.autograd.grad(first[i], t, retain_graph=True)[0] for i in range(size)]
    return torch.stack(rows).detach()


def classify_critical_point(g, H, grad_tol, eig_tol):
    """Sorts the eigenvalues into three heaps."""
    if np.linalg.norm(g.numpy()) > grad_tol:
        return "not critical"
    values = np.linalg.eigvalsh(H.numpy())
    has_positive, has_negative = values.max() > eig_tol, values.min() < -eig_tol
    has_zero = bool((np.abs(values) <= eig_tol).any())
    if has_positive and has_negative:
        return "saddle"
    if has_zero:
        return "degenerate"
    return "minimum" if has_positive else "maximum"


def escape_direction(H):
    """eigh sorts ascending: the first column."""
    values, vectors = np.linalg.eigh(H.numpy())
    if not values[0] < 0:
        raise ValueError("every eigenvalue is at least 0")
    return torch.from_numpy(np.array(vectors[:, 0]))
